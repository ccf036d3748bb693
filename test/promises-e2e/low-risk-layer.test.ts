import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atLeast, type Effect } from '../../src/catalogue/tool.ts'
import { anyTools, reviewAll } from '../harness/any-tools.ts'
import { rest } from '../harness/people.ts'
import { SOC_TOOLS } from './soc-tools.ts'
import { openWorld, type Scene, type World } from './world.ts'

const note = { effect: 'annotate', verb: 'annotate', target: { kind: 'case' } }
const LOW_RISK = [
  { name: 'summarise', entry: { effect: 'read', verb: 'query', target: { kind: 'case' } } },
  { name: 'deduplicate', entry: { ...note, verb: 'update' } },
  { name: 'rebuild_timeline', entry: note },
  { name: 'index_evidence', entry: note },
]
const NAMES = LOW_RISK.map(({ name }) => `low__${name}`)

/** Everything of the SOC that does more than the layer may, as the catalogue classes it in the worst case. */
const BEYOND = SOC_TOOLS.filter(({ entry }) => {
  const { effect, triggers = [] } = (entry ?? { effect: 'read' }) as unknown as {
    readonly effect: Effect
    readonly triggers?: readonly { readonly effect: Effect }[]
  }
  return [effect, ...triggers.map((each) => each.effect)].some((each) => atLeast(each, 'write'))
}).map(({ name }) => name)

describe('the layer of low risk', () => {
  let world: World
  beforeAll(async () => {
    const low = anyTools('low', mkdtempSync(join(tmpdir(), 'countersign-low-')), LOW_RISK)
    world = await openWorld({ also: [low.config] })
    await reviewAll(world.plane, low)
  }, 60_000)
  afterAll(() => world?.close())

  /** What was borrowed for the case, and for which effect it was decided. */
  const leases = async (scene: Scene) => {
    const record = await scene.record()
    const decided = new Map(record.map((entry) => [entry.id, entry.data]))
    return record
      .filter(({ type }) => type === 'lease.issued')
      .map(({ data, cites }) => [data.tool, decided.get(cites[0] ?? '')?.effect])
  }

  it('runs, and gets no lease that writes, whatever it is granted and however it asks [R84]', async () => {
    const scene = await world.scene({
      mode: 'advisory',
      purpose: 'respond',
      grants: ['low/*', 'soc/*'],
    })
    for (const name of NAMES) {
      expect((await scene.call(name, { text: 'x' })).isError, name).not.toBe(true)
    }
    expect(BEYOND.length).toBeGreaterThan(15)
    for (const tool of BEYOND) {
      const target = await world.asset(tool === 'block' ? 'ipv4_net' : 'device')
      const said = await scene.ask(tool, { target, targets: [target], confirm: true })
      expect(['mode_forbids', 'confirmation_not_yours'], tool).toContain(said)
      expect(world.ran(target), tool).toBe(0)
    }
    expect(await leases(scene)).toEqual([
      ['low__summarise', 'read'],
      ['low__deduplicate', 'annotate'],
      ['low__rebuild_timeline', 'annotate'],
      ['low__index_evidence', 'annotate'],
    ])
  })

  it('cannot be widened by policy: a permit that opens it and a write is not published [R84]', async () => {
    const { plane } = world
    const { body } = await rest(plane, plane.petra, 'GET', '/api/v1/policies/active')
    const { policies, thresholds, owners, limits, monitored } = body.bundle as never as Record<
      string,
      object
    >
    const rule =
      '@id("extra") @owner("test") @reason("A test rule.") ' +
      '@control("owasp-asi:ASI02 maestro:L7/x nist-ai-rmf:GOVERN-1.1") ' +
      'permit (principal, action in [Action::"annotate", Action::"write"], resource);'
    const documents = {
      policies: { ...policies, extra: rule },
      thresholds,
      owners,
      limits,
      monitored,
    }
    const refused = await rest(plane, plane.petra, 'POST', '/api/v1/policies', { documents })
    expect(refused).toMatchObject({ status: 400, body: { code: 'policy_invalid' } })
    expect(refused.body.detail).toContain('layers_mixed')
  }, 60_000)
})
