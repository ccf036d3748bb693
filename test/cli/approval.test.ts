import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { approvalText } from '../../src/cli/approval-text.ts'
import { type Approval, checkedPackage, fetchApproval } from '../../src/cli/decision-package.ts'
import { openGateway } from '../../src/cli/gateway-client.ts'
import { approval, approvalList, decisionAnswer } from '../../src/contract/approvals.ts'
import type { AgentClient } from '../harness/agent-client.ts'
import { saidBy } from '../harness/agent-client.ts'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { profileFor } from '../harness/passkeys.ts'
import { decide } from '../harness/people.ts'
import type { TestPerson } from '../harness/plane.ts'
import { type Asker, run } from './terminal.ts'

let net: NetPlane
let agent: AgentClient

beforeAll(async () => {
  net = await startNetPlane()
})
// An agent may have ten requests open; one of its own keeps each test apart from the others.
beforeEach(async () => {
  agent = await net.newAgent()
})
afterEach(() => agent.close())
afterAll(() => net.plane.close())

const as = (person: TestPerson, types?: readonly string[]): Asker => ({
  profile: profileFor(net.plane.dataDir, net.plane.gateway.baseUrl, person),
  ...(types === undefined ? {} : { types }),
})

const fetchAs = (person: TestPerson, id: string): Promise<Approval> =>
  fetchApproval(openGateway(net.plane.gateway.baseUrl, person.token), id)

/** Asks with an argument of the agent's own beside the target. */
async function heldWith(target: string, text: string): Promise<string> {
  const said = saidBy(await agent.call('net__block', { target, text }))
  return said?.approval_id ?? ''
}

describe('approval list', () => {
  it('says who waits for whom: age, time left, action, target, case, role, owner', async () => {
    const target = net.address()
    const id = await held(agent, target)
    const { code, out } = await run(as(net.plane.dana), 'approval', 'list')
    expect(code).toBe(0)
    expect(out.split('\n')[0]).toMatch(/^AGE +LEFT +ACTION +TARGET +CASE +ROLE +OWNER +ID$/)
    const row = out.split('\n').find((line) => line.includes(id)) ?? ''
    const words = [/^\d+ s/, /1[45] min/, /deny:ipv4_net/, /INC-482/, /shift-lead/, /Dana/]
    for (const word of [...words, target]) expect(row).toMatch(word)
  })

  it('is one object of the contract with --json', async () => {
    const { code, out, err } = await run(as(net.plane.dana), 'approval', 'list', '--json')
    expect([code, err]).toEqual([0, ''])
    expect(approvalList.parse(JSON.parse(out)).approvals.length).toBeGreaterThan(0)
  })
})

describe('approval show', () => {
  it('shows the exact call, target, undo, reasons and digest, and records the look', async () => {
    const target = net.address()
    const id = await held(agent, target)
    const { code, out } = await run(as(net.plane.dana), 'approval', 'show', id.slice(-8))
    expect(code).toBe(0)
    const { action_digest: digest } = await fetchAs(net.plane.dana, id)
    for (const part of [
      `on ipv4_net ${target}`,
      `net__block\n    target  "${target}"`,
      'not in the inventory: the worst is assumed',
      `reversible: unblock {"target":"${target}"}`,
      'approve by shift-lead',
      'you may sign as shift-lead',
      'owner Dana',
      `short code ${digest.slice(7, 11)}-${digest.slice(11, 15)}`,
      digest,
    ]) {
      expect(out).toContain(part)
    }
    const log = await run(as(net.plane.dana), 'ledger', 'check', '--json')
    expect(JSON.parse(log.out)).toMatchObject({ ok: true })
    expect(
      (await net.plane.gateway.parts.restParts.approvals.byId('main', id))?.viewedAtMs,
    ).toBeDefined()
  })

  it('writes out what hides: direction marks, control characters, invisible and look-alike letters', async () => {
    const hidden = 'safe\u202egnp.exe\u0007\u001b[2K \u200bpаypal\u2028'
    const id = await heldWith(net.address(), hidden)
    const { code, out } = await run(as(net.plane.dana), 'approval', 'show', id)
    expect(code).toBe(0)
    expect(out).toContain('safe\\u{202e}gnp.exe\\u0007\\u001b[2K \\u{200b}p')
    expect(out).toContain('not ASCII: \\u{202e} U+202E, \\u{200b} U+200B, а U+0430')
    expect(out).not.toMatch(/[\u202e\u0007\u001b\u200b\u2028]/u)
    const list = await run(as(net.plane.dana), 'approval', 'list')
    expect(list.out).not.toMatch(/[\u202e\u0007\u001b\u200b\u2028]/u)
    const json = await run(as(net.plane.dana), 'approval', 'show', id, '--json')
    const shown = approval.parse(JSON.parse(json.out))
    expect(shown.package).toMatchObject({ value: { arguments: { text: hidden } } })
  })

  it('says of somebody without the role that their yes would only be advice', async () => {
    const id = await held(agent, net.address())
    const { out } = await run(as(net.plane.alex), 'approval', 'show', id)
    expect(out).toContain('your yes would only be advice: you do not hold the role')
  })
})

describe('what is shown is what is signed', () => {
  /** The package as a gateway, or somebody in between, might bend it. */
  const bent: readonly (readonly [name: string, bend: (request: Approval) => Approval])[] = [
    [
      'another argument',
      (one) => ({ ...one, package: { state: 'present', value: { ...value(one), arguments: {} } } }),
    ],
    ['another digest', (one) => ({ ...one, action_digest: `sha256:${'0'.repeat(64)}` })],
    ['the statement of another request', (one) => ({ ...one, id: randomUUID() })],
    ['another action', (one) => ({ ...one, action: 'query:device' })],
    [
      'another target',
      (one) => ({
        ...one,
        statement: { state: 'present', value: { ...statement(one), targets: [] } },
      }),
    ],
  ]
  const value = (one: Approval) => (one.package as { value: object }).value
  const statement = (one: Approval) => (one.statement as { value: object }).value

  it('holds for an honest gateway', async () => {
    const request = await fetchAs(net.plane.dana, await held(agent, net.address()))
    expect(checkedPackage(request)).toMatchObject({ tool: 'net__block' })
  })

  it.each(bent)('and %s is refused before anybody sees it', async (_name, bend) => {
    const request = await fetchAs(net.plane.dana, await held(agent, net.address()))
    expect(() => checkedPackage(bend(request))).toThrow(
      expect.objectContaining({ code: 'seen_digest_mismatch' }),
    )
  })

  it('and what was erased is decided by nobody', async () => {
    const request = await fetchAs(net.plane.dana, await held(agent, net.address()))
    const erased = { ...request, package: { state: 'erased' as const } }
    expect(() => checkedPackage(erased)).toThrow(
      expect.objectContaining({ code: 'payload_unreadable' }),
    )
  })

  it('and a decided request says so instead of asking', async () => {
    const request = await fetchAs(net.plane.dana, await held(agent, net.address()))
    const shower = {
      paint: (_: unknown, text: string) => text,
      when: String,
      nowMs: 0,
      person: String,
    }
    const text = approvalText({ ...request, state: 'denied' }, checkedPackage(request), shower)
    expect(text).toContain('decided already')
  })
})

describe('approval approve', () => {
  it('needs a reason and never makes one up', async () => {
    const id = await held(agent, net.address())
    const { code, err } = await run(
      as(net.plane.dana),
      'approval',
      'approve',
      id,
      '--yes',
      '--reason',
      '  ',
    )
    expect(code).toBe(2)
    expect(err).toContain('error reason_required: ')
    expect((await fetchAs(net.plane.dana, id)).state).toBe('pending')
  })

  it('at no terminal needs --yes', async () => {
    const id = await held(agent, net.address())
    const { code, err } = await run(
      as(net.plane.dana),
      'approval',
      'approve',
      id,
      '--reason',
      'as asked',
    )
    expect(code).toBe(2)
    expect(err).toContain('approve with --yes')
    expect((await fetchAs(net.plane.dana, id)).state).toBe('pending')
  })

  it('at a terminal shows the package, asks why, and wants the short code typed', async () => {
    const target = net.address()
    const id = await held(agent, target)
    const digest = (await fetchAs(net.plane.dana, id)).action_digest
    const code = `${digest.slice(7, 11)}-${digest.slice(11, 15)}`
    const wrong = await run(as(net.plane.dana, ['checked', 'yes']), 'approval', 'approve', id)
    expect(wrong.code).toBe(1)
    expect(wrong.err).toContain('nothing was decided')
    const right = await run(
      as(net.plane.dana, ['checked', code]),
      'approval',
      'approve',
      id,
      '--json',
    )
    expect(right.code).toBe(0)
    expect(right.err.indexOf(target)).toBeGreaterThan(-1)
    expect(right.err.indexOf(target)).toBeLessThan(right.err.indexOf('Why?'))
    expect(decisionAnswer.parse(JSON.parse(right.out))).toMatchObject({ outcome: 'released' })
  })

  it('releases exactly the call that was shown', async () => {
    const target = net.address()
    const id = await held(agent, target)
    const { code, out } = await run(
      as(net.plane.dana),
      'approval',
      'approve',
      id,
      '--yes',
      '--reason',
      'brute force',
    )
    expect(code).toBe(0)
    expect(out).toMatch(
      /^Approved\. Exactly this call may run once, now\.\nledger entry \d+: approval\.granted\n$/,
    )
    await agent.call('countersign_await', { approval_id: id })
    expect(net.ran(target)).toBe(1)
  })

  it('without a key at hand names the page where it is signed, and waits for what becomes of it', async () => {
    const { dana, gateway } = net.plane
    const [yes, no] = [await held(agent, net.address()), await held(agent, net.address())]
    const decidedElsewhere = (verb: 'approve' | 'deny', id: string) => {
      const hears = (line: string) => {
        if (line.includes('Waiting')) void decide(net.plane, dana, verb, id)
      }
      const asker = { url: gateway.baseUrl, token: dana.token, hears }
      return run(asker, 'approval', 'approve', id, '--yes', '--reason', 'brute force')
    }
    const approved = await decidedElsewhere('approve', yes)
    const denied = await decidedElsewhere('deny', no)
    expect(approved).toMatchObject({ code: 0, out: 'Approved in the console.\n' })
    expect(approved.err).toContain(`  ${gateway.baseUrl}/approvals/${yes}\n`)
    expect(approved.err).toContain(`${gateway.baseUrl}/login?to=%2Fapprovals%2F${yes}#cs_login_`)
    expect([denied.code, denied.err]).toEqual([3, expect.stringContaining('approval_denied')])
  })

  it('says that it was signed with a software key', async () => {
    const id = await held(agent, net.address())
    const args = ['approval', 'approve', id, '--yes', '--reason', 'brute force']
    const { err } = await run(as(net.plane.dana), ...args)
    expect(err).toContain('Signed with a practice passkey: a software key in a file.')
  })

  it('by somebody who is not entitled is advice, releases nothing and exits 6 [R152]', async () => {
    const target = net.address()
    const id = await held(agent, target)
    const { code, out } = await run(
      as(net.plane.alex),
      'approval',
      'approve',
      id,
      '--yes',
      '--reason',
      'looks right',
    )
    expect(code).toBe(6)
    expect(out).toContain('Recorded as advice, nothing was released: you do not hold the role.')
    expect((await fetchAs(net.plane.dana, id)).state).toBe('pending')
    expect(net.ran(target)).toBe(0)
  })

  it('with --seen decides only on the digest that was seen', async () => {
    const id = await held(agent, net.address())
    const other = `sha256:${'ab'.repeat(32)}`
    const args = ['approval', 'approve', id, '--yes', '--reason', 'as seen', '--seen']
    const refused = await run(as(net.plane.dana), ...args, other)
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('error seen_digest_mismatch: ')
    const digest = (await fetchAs(net.plane.dana, id)).action_digest
    expect((await run(as(net.plane.dana), ...args, digest)).code).toBe(0)
  })

  it('of what is decided already fails, and of what expired exits 4', async () => {
    const id = await held(agent, net.address())
    const args = ['approval', 'deny', id, '--reason', 'not needed'] as const
    expect((await run(as(net.plane.dana), ...args)).code).toBe(0)
    const twice = await run(as(net.plane.dana), ...args)
    expect(twice.code).toBe(1)
    expect(twice.err).toContain('error approval_closed: ')
    const late = await held(agent, net.address())
    net.plane.clock.advance(16 * 60_000)
    const expired = await run(
      as(net.plane.dana),
      'approval',
      'approve',
      late,
      '--yes',
      '--reason',
      'too late',
    )
    expect(expired.code).toBe(4)
    expect(expired.err).toContain('error approval_expired: ')
  })
})

describe('approval deny and take-over', () => {
  it('tells the agent the reason', async () => {
    const id = await held(agent, net.address())
    const denied = await run(
      as(net.plane.dana),
      'approval',
      'deny',
      id,
      '--reason',
      'That is our own scanner.',
    )
    expect(denied.code).toBe(0)
    const said = saidBy(await agent.call('countersign_await', { approval_id: id }))
    expect(said).toMatchObject({ status: 'refused', code: 'approval_denied' })
    expect(JSON.stringify(said)).toContain('That is our own scanner.')
  })

  it('refuses a take-over by somebody who may not sign, and names the failing test', async () => {
    const id = await held(agent, net.address())
    const taken = await run(
      as(net.plane.alex),
      'approval',
      'take-over',
      id,
      '--reason',
      'I am here',
    )
    expect(taken.code).toBe(6)
    expect(taken.err).toContain('error not_eligible: ')
    expect(taken.err).toContain('role')
  })

  it('of a request nobody knows exits 1', async () => {
    const { code, err } = await run(as(net.plane.dana), 'approval', 'show', 'abcdef12')
    expect(code).toBe(1)
    expect(err).toContain('error not_found: ')
  })
})
