import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../../src/kernel/strict-json.ts'
import { rest } from '../harness/people.ts'
import { type Plane, startPlane } from '../harness/plane.ts'
import { openWorld, type World } from './world.ts'

let world: World
let plane: Plane
beforeAll(async () => {
  world = await openWorld()
  plane = world.plane
}, 60_000)
afterAll(() => world?.close())

/** Each publication checks a whole bundle, the first one with an engine that has yet to start. */
const PATIENTLY = { timeout: 60_000 }

type Documents = {
  readonly policies: Readonly<Record<string, string>>
  readonly thresholds: JsonObject
  readonly owners: readonly JsonObject[]
  readonly limits: readonly JsonObject[]
  readonly monitored: JsonValue
}

async function active(): Promise<{ sequence: number; documents: Documents; floor: object }> {
  const { body } = await rest(plane, plane.petra, 'GET', '/api/v1/policies/active')
  const { floor, policies, thresholds, owners, limits, monitored } =
    body.bundle as never as Documents & { floor: object }
  const documents = { policies, thresholds, owners, limits, monitored }
  return { sequence: Number(body.sequence), documents, floor }
}

/** Tries to publish the active documents with these members replaced; what is said when it is refused. */
async function publish(change: (now: Documents) => Partial<Documents>): Promise<string> {
  const { sequence, documents } = await active()
  const body = { documents: { ...documents, ...change(documents) } }
  const answer = await rest(plane, plane.petra, 'POST', '/api/v1/policies', body)
  if (answer.status === 201) return 'published'
  expect([answer.status, answer.body.code]).toEqual([400, 'policy_invalid'])
  expect((await active()).sequence).toBe(sequence)
  return String(answer.body.detail)
}

function ruleText(id: string, rule: string, owner = 'test'): string {
  const notes = `@id("${id}") @owner("${owner}") @reason("A test rule.")`
  return `${notes} @control("owasp-asi:ASI02 maestro:L7/x nist-ai-rmf:GOVERN-1.1") ${rule};`
}

const adding =
  (rule: string, owner?: string) =>
  ({ policies }: Documents) => ({
    policies: { ...policies, extra: ruleText('extra', rule, owner) },
  })

const without =
  (...ids: readonly string[]) =>
  ({ policies }: Documents) => ({
    policies: Object.fromEntries(Object.entries(policies).filter(([id]) => !ids.includes(id))),
  })

const PERMIT_WRITE = 'permit (principal, action in Action::"write", resource)'

describe('a bundle that opens too much is not activated', PATIENTLY, () => {
  it('because it approves everything, or destroys without approval [R9]', async () => {
    expect(await publish(adding('permit (principal, action, resource)'))).toContain(
      'permit_too_wide',
    )
    const unasked = without('base-dual-destructive', 'base-dual-irreversible', 'base-dual-many')
    expect(await publish(unasked)).toContain('effect_before_review')
  })

  it.each([
    ['irreversible', `${PERMIT_WRITE} when { context.reversibility == "irreversible" }`],
    ['unclassified', 'permit (principal, action in Action::"unclassified", resource)'],
  ])('because it pre-authorises what is %s [R33]', async (_what, rule) => {
    expect(await publish(adding(rule))).toContain('permit_lowers_floor')
  })

  it('because it would auto-allow the irreversible, whichever way it is spelled [R78]', async () => {
    for (const condition of [
      'context.reversibility == "irreversible"',
      '!(context.reversibility != "irreversible")',
    ]) {
      const rule = `permit (principal, action in Action::"destructive", resource) when { ${condition} }`
      expect(await publish(adding(rule))).toContain('permit_lowers_floor')
    }
    const dropped = await publish(({ policies }) => ({
      policies: { ...policies, 'floor-irreversible': ruleText('floor-irreversible', PERMIT_WRITE) },
    }))
    expect(dropped).toContain('floor_shadowed')
    const scene = await world.scene()
    expect(await scene.ask('set_for_good', { target: await world.asset('ticket') })).toBe(
      'dual incident-commander, dual shift-lead',
    )
  })

  it('because a worse effect would be controlled less than a lesser one [R125]', async () => {
    const weaker = await publish(({ policies }) => ({
      policies: {
        ...policies,
        'base-identity': (policies['base-identity'] ?? '').replace('"approve"', '"confirm"'),
      },
    }))
    expect(weaker).toMatch(/not_monotonic: .*identity is gated more weakly than contain/)
    expect(await publish(without('base-identity', 'base-credential'))).toContain(
      'effect_before_review',
    )
  })

  it('because one owner would write the rules for assisting and those for executing [R64]', async () => {
    const mixed = 'permit (principal, action in [Action::"read", Action::"contain"], resource)'
    expect(await publish(adding(mixed))).toContain('layers_mixed')
    const { documents } = await active()
    const assisting = /@owner\("([^"]+)"\)/.exec(documents.policies['base-read'] ?? '')?.[1]
    expect(await publish(adding(PERMIT_WRITE, assisting))).toContain('layers_same_owner')
  })
})

describe('the table of owners', PATIENTLY, () => {
  const owned =
    (owner: JsonObject) =>
    ({ owners }: Documents) => ({ owners: [...owners, owner] })

  it.each(['triage-agent', 'soc-queue', 'soc@example.org', 'alert-4711'])(
    'takes roles of people, not %s [R133]',
    async (role) => {
      expect(await publish(owned({ class: 'set:ticket', role }))).toContain('is no role')
    },
  )

  it('has exactly one role per class and environment; a second claim is named [R153]', async () => {
    const detail = await publish(owned({ class: 'contain', role: 'incident-commander' }))
    expect(detail).toContain('owner_conflict')
    expect(detail).toContain('contain')
    const lab = { class: 'contain', environment: 'lab', role: 'tier3-analyst' }
    expect(await publish(({ owners }) => ({ owners: [...owners, lab, lab] }))).toContain(
      'owner_conflict',
    )
  })

  it.each([
    ['containment', 'contain'],
    ['eradication', 'destructive'],
    ['customer notification', 'customer-notification'],
    ['access changes', 'identity'],
    ['evidence', 'evidence'],
  ])('names an owner of its own for %s, or does not load [R138]', async (words, owner) => {
    const { documents } = await active()
    const named = documents.owners.filter((each) => each.class === owner)
    expect(named).toEqual([{ class: owner, role: expect.any(String) }])
    const gone = ({ owners }: Documents) => ({
      owners: owners.filter((each) => each.class !== owner),
    })
    expect(await publish(gone)).toContain(`nobody owns ${owner} (${words})`)
    const elsewhere = (place: JsonObject) => (now: Documents) => ({
      owners: [...gone(now).owners, { class: owner, role: 'shift-lead', ...place }],
    })
    for (const place of [{ environment: 'lab' }, { tenant: 'another' }])
      expect(await publish(elsewhere(place))).toContain(`nobody owns ${owner} (${words})`)
  })

  it('may name another owner for one tenant; its own row wins there, and a second one is a conflict [R138 R153]', async () => {
    const own = (tenant: string) => ({ class: 'contain', tenant, role: 'incident-commander' })
    expect(await publish(owned(own('another')))).toBe('published')
    const contains = async () => {
      const { documents } = await active()
      return documents.owners.filter((each) => each.class === 'contain')
    }
    expect(await contains()).toEqual([{ class: 'contain', role: 'shift-lead' }])
    const twice = ({ owners }: Documents) => ({ owners: [...owners, own('main'), own('main')] })
    expect(await publish(twice)).toContain('owner_conflict')
    expect(await publish(owned(own('main')))).toBe('published')
    expect(await contains()).toEqual([{ class: 'contain', role: 'incident-commander' }])
    const back = ({ owners }: Documents) => ({
      owners: owners.map((each) =>
        each.class === 'contain' ? { ...each, role: 'shift-lead' } : each,
      ),
    })
    expect(await publish(back)).toBe('published')
  })
})

describe('what a policy says of itself', PATIENTLY, () => {
  it('one rule for all tiers is named in a warning; where the tiers begin is policy and can be tested [R66]', async () => {
    const { documents } = await active()
    const everywhere = 'forbid (principal, action, resource) when { context.severity == 5 }'
    const checked = await rest(plane, plane.petra, 'POST', '/api/v1/policies/check', {
      documents: { ...documents, ...adding(everywhere)(documents) },
    })
    expect(checked.body.findings).toContainEqual(
      expect.objectContaining({ severity: 'warning', code: 'covers_all_tiers', policy: 'extra' }),
    )
    const outcomes = async (criticalFrom: number) => {
      const request = {
        call: { action: 'set:ticket', effect: 'write' },
        target: { criticality: 3 },
      }
      const cases = [{ name: 'criticality 3', request, outcome: 'hold' }]
      const thresholds = { ...documents.thresholds, criticalFrom }
      const { body } = await rest(plane, plane.petra, 'POST', '/api/v1/policies/test', {
        documents: { ...documents, thresholds },
        cases,
      })
      const { results } = body.tests as never as {
        results: { decision: { obligations: { requires: string; role: string }[] } }[]
      }
      return results[0]?.decision.obligations.map(({ requires, role }) => `${requires} ${role}`)
    }
    expect(await outcomes(4)).toEqual(['confirm analyst'])
    expect(await outcomes(3)).toContain('approve shift-lead')
  })

  it('every rule of the exported pack names the frameworks it serves [R47]', async () => {
    const { documents, floor } = await active()
    const rules = Object.entries({ ...floor, ...documents.policies })
    expect(rules.length).toBeGreaterThan(30)
    for (const [id, text] of rules) {
      const control = /@control\("([^"]*)"\)/.exec(text)?.[1] ?? ''
      expect(control, id).toMatch(/\bowasp-asi:ASI(0[1-9]|10)\b/)
      expect(control, id).toMatch(/\bmaestro:(L[1-7]|cross)\/[a-z-]+/)
      expect(control, id).toMatch(/\bnist-ai-rmf:(GOVERN|MAP|MEASURE|MANAGE)-\d\.\d/)
    }
  })

  it('a decision cites the version of the thresholds in force, from the moment they are published [R35]', async () => {
    const scene = await world.scene()
    const cited = async () => {
      expect(await scene.ask('look', { text: 'x' })).toBe('ran')
      const decided = (await scene.record()).filter(({ type }) => type === 'tool.call.decided')
      return decided.at(-1)?.data.thresholds
    }
    const before = (await active()).documents.thresholds.version
    expect(await cited()).toBe(before)
    const next = await publish(({ thresholds }) => ({
      thresholds: { ...thresholds, version: 'test-2' },
    }))
    expect(next).toBe('published')
    expect(await cited()).toBe('test-2')
  })
})

describe('without a policy', () => {
  it('nothing starts from an empty pack, and no call is answered when none is active [R57]', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'countersign-no-policy-'))
    await expect(startPlane({ upstreams: [], config: { policyDir: empty } })).rejects.toMatchObject(
      {
        code: 'policy_invalid',
      },
    )
    const { spine } = plane.gateway.parts
    const { bundleAt } = spine
    const scene = await world.scene()
    const target = await world.asset('ticket')
    Object.assign(spine, { bundleAt: async () => undefined })
    const said = [await scene.ask('look', { text: 'x' }), await scene.ask('set', { target })]
    Object.assign(spine, { bundleAt })
    expect(said).toEqual(['policy_missing', 'policy_missing'])
    expect(world.ran(target)).toBe(0)
  })
})
