import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentsOf } from '../../src/adapters/bundle-check.ts'
import { publishPolicy } from '../../src/command/publish-policy.ts'
import type { JsonValue } from '../../src/kernel/strict-json.ts'
import { countBeforeReview, type Recorded } from '../../src/oversight/before-review.ts'
import { TENANT } from '../../src/wiring.ts'
import { saidBy } from '../harness/agent-client.ts'
import { approveAsOwner, rest } from '../harness/people.ts'
import { openWorld, type World } from '../promises-e2e/world.ts'

describe('what a supervised agent does before its review', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld()
  }, 60_000)
  afterAll(() => world?.close())

  const figure = async () => {
    const { plane } = world
    const { body } = await rest(plane, plane.dana, 'GET', '/api/v1/oversight?days=1')
    return body.effects_before_review
  }

  it('is nothing: all of it waits for a yes, and the figure people read stays 0 [R49]', async () => {
    const { plane } = world
    const scene = await world.scene()
    expect(await figure()).toEqual({ count: 0, whole: true })
    const kinds = {
      ...{ set: 'ticket', block: 'ipv4_net', isolate: 'device', disable_account: 'account' },
      ...{ wipe: 'device', lower_severity: 'case', close_case: 'case' },
    }
    const waiting: [string, string, string][] = []
    for (const [tool, kind] of Object.entries(kinds)) {
      const target = await world.asset(kind)
      const held = await scene.hold(tool, { target })
      expect(held.needs, tool).toMatch(/confirm|approve|dual/)
      expect(world.ran(target), tool).toBe(0)
      waiting.push([tool, target, held.id])
    }
    expect(await figure()).toEqual({ count: 0, whole: true })
    for (const tool of ['look', 'note', 'raise_severity']) {
      expect(await scene.ask(tool, { target: scene.caseRef, text: 'x' })).toBe('ran')
    }
    for (const [tool, target, id] of waiting.filter(
      ([name]) => name === 'lower_severity' || name === 'set',
    )) {
      for (const person of [plane.alex, plane.dana, plane.ines])
        await approveAsOwner(plane, person, id)
      expect(saidBy(await scene.call(`soc__${tool}`, { target })), tool).toBeUndefined()
      expect(world.ran(target), tool).toBe(1)
    }
    expect(await figure(), 'a reviewed act is none').toEqual({ count: 0, whole: true })
  })

  it('shows when a class is only monitored', async () => {
    const { plane } = world
    const deps = plane.gateway.parts.restParts
    const active = await deps.bundles.active(TENANT)
    const expiresAtMs = plane.clock.nowMs() + 3_600_000
    const rule = {
      action: 'deny:ipv4_net',
      expiresAtMs,
      owner: 'soc',
      reason: 'a trial of one hour',
    }
    const documents = { ...documentsOf(active?.text ?? ''), monitored: [rule] as JsonValue }
    await publishPolicy(deps, { tenant: TENANT, by: { kind: 'system', part: 'test' }, documents })
    const target = await world.asset('ipv4_net')
    expect(await (await world.scene()).ask('block', { target })).toBe('ran')
    expect(world.ran(target)).toBe(1)
    expect(await figure()).toEqual({ count: 1, whole: true })
  })
})

describe('the count of what landed before its review', () => {
  type Sent = { readonly grant?: string; readonly plan?: string; readonly standing?: true }
  const entry = (type: string, more: Partial<Recorded>): Recorded => {
    return { id: type, type, call: 'call', cites: [], data: {}, ...more }
  }
  /** What is counted of one call, newest entry first. */
  const counted = (decided: Recorded['data'], { standing, ...sent }: Sent = {}) => {
    const count = countBeforeReview()
    if (standing === true) count.see(entry('standing.used', {}))
    count.see(entry('tool.call.dispatched', { cites: ['decision', 'lease'], data: sent }))
    count.see(entry('tool.call.decided', { id: 'decision', data: decided }))
    return count.count()
  }

  // biome-ignore format: a table reads best with one row per line
  it.each([
    ['a write of a supervised agent', { mode: 'supervised', effect: 'write' }, {}, 1],
    ['a destruction', { mode: 'supervised', effect: 'destructive' }, {}, 1],
    ['a lowering triage change', { mode: 'supervised', effect: 'influence', direction: 'lowers' }, {}, 1],
    ['a triage change that says no direction', { mode: 'supervised', effect: 'influence' }, {}, 1],
    ['a raising one', { mode: 'supervised', effect: 'influence', direction: 'raises' }, {}, 0],
    ['a read', { mode: 'supervised', effect: 'read' }, {}, 0],
    ['a note', { mode: 'supervised', effect: 'annotate' }, {}, 0],
    ['a write of a delegated agent', { mode: 'delegated', effect: 'write' }, {}, 0],
    ['what the gateway does itself', { effect: 'contain' }, {}, 0],
    ['a write with a yes', { mode: 'supervised', effect: 'write' }, { grant: 'g' }, 0],
    ['a step of an approved plan', { mode: 'supervised', effect: 'contain' }, { plan: 'p' }, 0],
    ['a dismissal under a standing plan', { mode: 'supervised', effect: 'influence', direction: 'lowers' }, { standing: true }, 0],
  ] as const)('%s', (_what, decided, sent, expected) => {
    expect(counted(decided, sent)).toBe(expected)
  })

  it('takes no decision that was never acted on', () => {
    const count = countBeforeReview()
    count.see(entry('tool.call.decided', { data: { mode: 'supervised', effect: 'wipe' } }))
    expect(count.count()).toBe(0)
  })
})
