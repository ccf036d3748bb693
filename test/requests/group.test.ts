import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../cli/terminal.ts'
import { type AgentClient, saidBy } from '../harness/agent-client.ts'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { profileFor, signedBy } from '../harness/passkeys.ts'
import { consequencesIn, rest } from '../harness/people.ts'
import type { TestPerson } from '../harness/plane.ts'

let net: NetPlane
let agent: AgentClient

beforeAll(async () => {
  net = await startNetPlane()
}, 60_000)
afterAll(() => net.plane.close())

type Shown = Awaited<ReturnType<typeof rest>>['body']

const show = async (id: string): Promise<Shown> =>
  (await rest(net.plane, net.plane.dana, 'GET', `/api/v1/approvals/${id}`)).body

/** The group statement as a stranger would build it from the documentation. */
function digestOf(verdict: string, members: readonly Shown[], excluded: readonly Shown[]): string {
  const line = (one: Shown) => {
    const { targets } = (one.package as unknown as { value: { targets: { id: string }[] } }).value
    const named = targets.map(({ id }) => `{"id":"${id}","kind":"ipv4_net"}`)
    return `{"action_digest":"${one.action_digest}","request":"${one.id}","targets":[${named}]}`
  }
  const lines = (some: readonly Shown[]) =>
    [...some].sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1)).map(line)
  const text = `{"excluded":[${lines(excluded)}],"members":[${lines(members)}],"tenant":"main","v":1,"verdict":"${verdict}"}`
  const hash = createHash('sha256').update('countersign-group-v1\n')
  return `sha256:${hash.update(text).digest('hex')}`
}

async function decideGroup(
  person: TestPerson,
  verdict: string,
  members: readonly Shown[],
  excluded: readonly Shown[] = [],
  more: Record<string, unknown> = {},
) {
  const named = ({ id, action_digest: digest }: Shown) => ({ id, seen_digest: digest })
  return rest(net.plane, person, 'POST', '/api/v1/approvals/group', {
    verdict,
    members: members.map(named),
    excluded: excluded.map(named),
    seen_digest: digestOf(verdict, members, excluded),
    reason: 'one campaign, one answer',
    acknowledged: members[0] === undefined ? [] : consequencesIn(members[0]),
    ...signedBy(net.plane.gateway.baseUrl, person, digestOf(verdict, members, excluded)),
    ...more,
  })
}

/** Requests of a fresh agent, each on a target of its own. */
async function asked(count: number) {
  agent = await net.newAgent()
  const targets = Array.from({ length: count }, () => net.address())
  const ids: string[] = []
  for (const target of targets) ids.push(await held(agent, target))
  return { targets, ids, shown: await Promise.all(ids.map(show)) }
}

const wait = (id: string) => agent.call('countersign_await', { approval_id: id, wait_seconds: 0 })

describe('one decision for a group', () => {
  it('releases every member for itself, and nothing that was left out', async () => {
    const { targets, ids, shown } = await asked(3)
    const [left, ...members] = shown
    if (left === undefined) throw new Error('nothing asked')
    const answer = await decideGroup(net.plane.dana, 'approve', members, [left])
    expect(answer.status).toBe(200)
    expect(answer.body.decided).toMatchObject([{ outcome: 'released' }, { outcome: 'released' }])
    expect((answer.body.receipts as unknown as { type: string }[]).map(({ type }) => type)).toEqual(
      ['group.decided', 'approval.granted', 'approval.granted'],
    )
    for (const id of ids.slice(1)) expect(saidBy(await wait(id))).toBeUndefined()
    expect(saidBy(await wait(ids[0] ?? ''))).toMatchObject({ status: 'pending_approval' })
    expect(targets.map(net.ran)).toEqual([0, 1, 1])
    await agent.close()
  })

  it('needs one signature over the whole list, and none of its parts', async () => {
    const { ids, shown } = await asked(2)
    const { dana, gateway } = net.plane
    const none = await decideGroup(dana, 'approve', shown, [], { assertion: undefined })
    expect(none).toMatchObject({ status: 403, body: { code: 'passkey_required' } })
    const part = signedBy(gateway.baseUrl, dana, String(shown[0]?.action_digest))
    const wrong = await decideGroup(dana, 'approve', shown, [], part)
    expect(wrong).toMatchObject({ status: 403, body: { code: 'signature_invalid' } })
    expect(await show(ids[0] ?? '')).toMatchObject({ state: 'pending' })
    await agent.close()
  })

  it('denies all of them with one reason', async () => {
    const { ids, shown } = await asked(2)
    const answer = await decideGroup(net.plane.alex, 'deny', shown, [], { acknowledged: [] })
    expect(answer.body.decided).toMatchObject([{ outcome: 'denied' }, { outcome: 'denied' }])
    for (const id of ids)
      expect(saidBy(await wait(id))).toMatchObject({
        code: 'approval_denied',
        detail: 'one campaign, one answer',
      })
    await agent.close()
  })

  it('decides nothing when one member stands in the way, and names it', async () => {
    const { targets, ids, shown } = await asked(3)
    const body = { seen_digest: shown[1]?.action_digest, reason: 'ours' }
    await rest(net.plane, net.plane.dana, 'POST', `/api/v1/approvals/${ids[1]}/deny`, body)
    const answer = await decideGroup(net.plane.dana, 'approve', shown)
    expect(answer).toMatchObject({ status: 409, body: { code: 'group_refused' } })
    expect(answer.body.detail).toBe(`${ids[1]}: approval_closed`)
    expect(await show(ids[0] ?? '')).toMatchObject({ state: 'pending' })
    expect(targets.map(net.ran)).toEqual([0, 0, 0])
    await agent.close()
  })

  it.each([
    ['by somebody not entitled', 'alex', {}, 'group_refused', 'not_eligible (role)'],
    [
      'without what its owner answers for',
      'dana',
      { acknowledged: [] },
      'group_refused',
      'acknowledgement_missing',
    ],
    [
      'of another digest',
      'dana',
      { seen_digest: `sha256:${'0'.repeat(64)}` },
      'seen_digest_mismatch',
      'group',
    ],
    ['without a reason', 'dana', { reason: ' ' }, 'reason_required', 'why'],
  ] as const)('refuses one %s', async (_how, who, more, code, detail) => {
    const { targets, shown } = await asked(2)
    const answer = await decideGroup(net.plane[who], 'approve', shown, [], more)
    expect(answer.body).toMatchObject({ code })
    expect(String(answer.body.detail)).toContain(detail)
    expect(targets.map(net.ran)).toEqual([0, 0])
    await agent.close()
  })

  it('refuses a member seen otherwise, a member twice and a group of one', async () => {
    const { shown } = await asked(2)
    const [first, second] = shown
    if (first === undefined || second === undefined) throw new Error('nothing asked')
    const bent = { ...second, action_digest: `sha256:${'1'.repeat(64)}` } as unknown as Shown
    expect((await decideGroup(net.plane.dana, 'approve', [first, bent])).body.code).toBe(
      'seen_digest_mismatch',
    )
    for (const members of [[first, first], [first]])
      expect((await decideGroup(net.plane.dana, 'approve', members)).body.code).toBe(
        'request_invalid',
      )
    await agent.close()
  })

  it('is made on the command line after every member was printed', async () => {
    const { targets, ids } = await asked(3)
    const { dana, dataDir, gateway } = net.plane
    const who = { profile: profileFor(dataDir, gateway.baseUrl, dana) }
    const [one = '', two = '', left = ''] = ids
    const args = ['--exclude', left, '--yes', '--reason', 'one campaign']
    const { code, out, err } = await run(who, 'approval', 'group', 'approve', one, two, ...args)
    expect(err).toContain('approve 2 requests, all or none')
    expect(err).toContain('left out on purpose')
    for (const target of targets) expect(err).toContain(`on ipv4_net ${target}`)
    expect([code, out.match(/released/g)?.length]).toEqual([0, 2])
    expect(await show(left)).toMatchObject({ state: 'pending' })
    await agent.close()
  })
})
