import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { putCase } from '../../src/command/put-case.ts'
import { TENANT } from '../../src/wiring.ts'
import { run } from '../cli/terminal.ts'
import { type AgentClient, connectAgent, saidBy } from '../harness/agent-client.ts'
import { anyTools, ENTRIES, reviewAll } from '../harness/any-tools.ts'
import { signedBy } from '../harness/passkeys.ts'
import { consequencesIn, decide, rest } from '../harness/people.ts'
import { addAsset, type Plane, startPlane, taskToken } from '../harness/plane.ts'

let plane: Plane
let agent: AgentClient
let ran: (target: string) => number

beforeAll(async () => {
  const tools = anyTools('net', mkdtempSync(join(tmpdir(), 'countersign-package-')), [
    { name: 'block', entry: ENTRIES.block },
    { name: 'unblock', entry: ENTRIES.unblock },
    { name: 'look', entry: ENTRIES.read },
    {
      name: 'publish',
      entry: {
        effect: 'write',
        verb: 'publish',
        target: { kind: 'site', from: 'args.target' },
        reversibility: 'reversible',
        inverse: { tool: 'publish', arguments: { target: 'args.target' } },
        flags: ['externally-visible'],
      },
    },
    {
      name: 'erase',
      entry: {
        effect: 'destructive',
        verb: 'delete',
        target: { kind: 'device', from: 'args.target' },
        reversibility: 'irreversible',
        evidence: { waiver: { by: 'test', reason: 'tested elsewhere' } },
      },
    },
  ])
  plane = await startPlane({ upstreams: [tools.config] })
  await reviewAll(plane, tools)
  await putCase(plane.gateway.parts.restParts, {
    tenant: TENANT,
    by: { kind: 'system', part: 'test' },
    externalRef: 'INC-482',
    title: 'SSH brute force from 203.0.113.66',
    state: 'open',
    severity: 2,
    tags: ['regulatory:nis2', 'legal-hold'],
    source: 'test',
  })
  await addAsset(plane.gateway, 'ipv4_net', '203.0.113.9', {
    criticality: 3,
    labels: ['serves:payments', 'customer-facing'],
  })
  agent = await connectAgent(plane.gateway.baseUrl, await taskToken(plane))
  ran = (target) => tools.calls().filter((call) => call.arguments.target === target).length
}, 60_000)
afterAll(async () => {
  await agent?.close()
  await plane?.close()
})

type Package = {
  readonly argument_sources: readonly { path: string; source: string; evidence: string[] }[]
  readonly evidence: readonly { id: string; cited_by: string[]; supports: string[] }[]
  readonly consequences: Record<string, { state: string; values: string[] }>
  readonly similar: readonly Record<string, unknown>[]
} & Record<string, unknown>

async function asked(tool: string, args: Record<string, unknown>) {
  const said = saidBy(await agent.call(`net__${tool}`, args))
  if (said?.status !== 'pending_approval') throw new Error(`not held: ${JSON.stringify(said)}`)
  const id = said.approval_id ?? ''
  const { body } = await rest(plane, plane.dana, 'GET', `/api/v1/approvals/${id}`)
  return { id, body, shown: (body.package as unknown as { value: Package }).value }
}

const evidenceOf = (result: Awaited<ReturnType<AgentClient['call']>>): string =>
  String(result._meta?.['countersign/evidence'])

describe('the package a person decides on', () => {
  it('says where each argument comes from: a recorded result, the case, the inventory or nowhere', async () => {
    const seen = evidenceOf(await agent.call('net__look', { says: 'peer 198.51.100.23 answered' }))
    const { shown } = await asked('block', {
      target: '198.51.100.23',
      text: 'nothing of this was read',
      rule: { 'a/b': 'made-up-name', near: '98.51.100.2' },
      source: '203.0.113.66',
      known: '203.0.113.9',
    })
    const sources = Object.fromEntries(
      shown.argument_sources.map(({ path, source, evidence }) => [path, [source, ...evidence]]),
    )
    expect(sources).toEqual({
      '/target': ['evidence', seen],
      '/text': ['unsupported'],
      '/rule/a~1b': ['unsupported'],
      // Part of an address that was read is another address.
      '/rule/near': ['unsupported'],
      '/source': ['case'],
      '/known': ['unsupported'],
    })
    expect(shown.evidence).toMatchObject([{ id: seen, supports: ['/target'], cited_by: [] }])
    expect(shown.read).toMatchObject({ results: 1, newest: [{ id: seen }] })
  })

  it('names what recommendations of the agent cite, from our records only [R79 R80]', async () => {
    const seen = evidenceOf(await agent.call('net__look', { text: 'nothing to see' }))
    const recommend = (evidence: string[]) =>
      agent.call('countersign_recommend', { summary: 'Block the peer.', evidence })
    const invented = '01920000-0000-7000-8000-000000000000'
    expect(saidBy(await recommend([invented]))).toMatchObject({ code: 'evidence_unknown' })
    await recommend([seen])
    const { shown } = await asked('block', { target: '198.51.100.24' })
    expect(shown.evidence.filter(({ cited_by }) => cited_by.length > 0)).toMatchObject([
      { id: seen, supports: [] },
    ])
    expect(JSON.stringify(shown)).not.toContain(invented)
    expect(JSON.stringify(shown)).not.toContain('Block the peer')
  })

  it('carries case, target with what depends on it, blast radius, evidence and undo [R34]', async () => {
    const { shown } = await asked('block', { target: '203.0.113.9' })
    expect(shown).toMatchObject({
      case: { external_ref: 'INC-482' },
      targets: [{ id: '203.0.113.9', is_known: true, criticality: 3, dependants: ['payments'] }],
      blast_radius: { targets: 1, dependants: 1, highest_criticality: 3, basis: 'inventory' },
      inverse: { tool: 'unblock', arguments: { target: '203.0.113.9' } },
      threshold: { version: 'base-1', critical_from: 4 },
    })
    const stranger = await asked('block', { target: '198.51.100.25' })
    expect(stranger.shown.blast_radius).toMatchObject({
      targets: 1,
      highest_criticality: 5,
      basis: 'assumed_critical',
    })
  })

  it.each(['publish', 'erase'])(
    'holds %s, and the request carries all of it [R34]',
    async (tool) => {
      const { shown } = await asked(tool, { target: `thing-of-${tool}` })
      for (const part of [
        'case',
        'targets',
        'blast_radius',
        'evidence',
        'reversibility',
        'inverse',
      ])
        expect(shown).toHaveProperty(part)
      expect(ran(`thing-of-${tool}`)).toBe(0)
    },
  )

  it('shows what people decided before on the same act or target, and what came of it', async () => {
    const first = await asked('block', { target: '198.51.100.26' })
    await decide(plane, plane.dana, 'deny', first.id, 'our own scanner')
    const { shown } = await asked('block', { target: '198.51.100.27' })
    expect(shown.similar[0]).toMatchObject({
      request: first.id,
      same_action: true,
      same_target: false,
      state: 'denied',
      decided_by: plane.dana.id,
      outcome: null,
    })
  })

  it('prefills the consequences from facts and says of the rest that it is unknown [R130 R136]', async () => {
    const { shown } = await asked('block', { target: '198.51.100.28' })
    expect(shown.consequences).toEqual({
      incident_severity: { state: 'known', values: ['severity:2'] },
      business_impact: { state: 'unknown', values: [] },
      legal_constraints: { state: 'known', values: ['legal-hold'] },
      data_exposure: { state: 'unknown', values: [] },
      customer_impact: { state: 'unknown', values: [] },
      regulatory_reporting: { state: 'known', values: ['regulatory:nis2'] },
    })
  })

  it('lets no yes count until its owner acknowledged every consequence [R130 R136]', async () => {
    const { id, body } = await asked('block', { target: '198.51.100.29' })
    const names = consequencesIn(body)
    const yes = (acknowledged?: readonly string[]) =>
      rest(plane, plane.dana, 'POST', `/api/v1/approvals/${id}/approve`, {
        seen_digest: body.action_digest,
        reason: 'seen in the logs',
        ...signedBy(plane.gateway.baseUrl, plane.dana, String(body.action_digest)),
        ...(acknowledged === undefined ? {} : { acknowledged }),
      })
    for (const missing of names) {
      const refused = await yes(names.filter((name) => name !== missing))
      expect(refused).toMatchObject({ status: 400, body: { code: 'acknowledgement_missing' } })
      expect(String(refused.body.detail)).toContain(missing)
    }
    expect(await yes()).toMatchObject({ body: { code: 'acknowledgement_missing' } })
    expect((await yes(names)).body).toMatchObject({ outcome: 'released' })
  })

  it('asks the owner once: a second signer acknowledges nothing again [R130]', async () => {
    const { id, body } = await asked('erase', { target: 'laptop-9' })
    const [owner, other] = body.needs as unknown as { role: string }[]
    const people = [plane.dana, plane.ines]
    const holder = (role: string | undefined) =>
      people.find(({ roles }) => roles.includes(role as never)) ?? plane.dana
    expect((await decide(plane, holder(owner?.role), 'approve', id)).body).toMatchObject({
      outcome: 'co-signed',
    })
    const second = await rest(
      plane,
      holder(other?.role),
      'POST',
      `/api/v1/approvals/${id}/approve`,
      {
        seen_digest: body.action_digest,
        reason: 'agreed',
        ...signedBy(plane.gateway.baseUrl, holder(other?.role), String(body.action_digest)),
      },
    )
    expect(second.body).toMatchObject({ outcome: 'released' })
  })

  it('is printed on a terminal with sources, consequences and what was decided before', async () => {
    const { id } = await asked('block', { target: '198.51.100.30', text: 'why\u202enot' })
    const who = { url: plane.gateway.baseUrl, token: plane.dana.token }
    const { out } = await run(who, 'approval', 'show', id)
    for (const part of [
      'target  "198.51.100.30"  (unsupported: in no recorded result)',
      'why\\u{202e}not',
      '1 target, highest criticality 5 of 5, assumed: not every target stands in the inventory',
      'business impact       unknown',
      'legal constraints     legal-hold',
      'measured by the thresholds base-1',
      'same act: deny:ipv4_net denied by Dana',
      'recorded results of the case; this session has read',
    ])
      expect(out).toContain(part)
  })
})
