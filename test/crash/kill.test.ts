/**
 * A few kills on SQLite, so that `npm test` notices when crash safety breaks; `npm run crash` makes more of
 * them, on both engines, and also of gateways that must be found at fault.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkAlways, checkRecovered, type Witnessed } from './check-record.ts'
import { makeTemplate, type Template } from './installation.ts'
import type { Kill } from './kill-plan.ts'
import { Lane } from './lane.ts'
import type { Acknowledged } from './memory.ts'
import { readRemains, type Snapshot } from './snapshot.ts'
import { type Strike, TORN_WRITE } from './victim-plan.ts'
import type { Violation } from './violation.ts'

let folder: string
let template: Template

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-kill-'))
  // As for `npm run crash`: every life compiles the same modules.
  process.env.NODE_COMPILE_CACHE ??= join(folder, 'compiled')
  template = await makeTemplate('sqlite', folder, undefined)
}, 60_000)
afterAll(async () => {
  await template?.remove()
  rmSync(folder, { recursive: true, force: true })
})

const at = (phase: Strike['phase'], label: string, passing: number): Kill => ({
  name: `${phase} ${label}`,
  strike: { phase, label, passing },
})

/** Kills one installation again and again; what was found, and which points were not reached. */
async function killed(kills: readonly Kill[], isBlank = false) {
  const installation = await (isBlank ? template.blank() : template.copy())
  const lane = new Lane(installation)
  const found: unknown[] = []
  for (const kill of kills) {
    const { hit, violations } = await lane.kill(kill)
    found.push(...violations, ...(hit ? [] : [`${kill.name} was not reached`]))
  }
  found.push(...(await lane.finish()))
  await installation.remove()
  return found
}

describe('a gateway killed by SIGKILL', () => {
  it('before or after the commit of a dispatch acts only on what is durable, and at most once', async () => {
    const kills = [
      at('serve', 'commit:before-db-commit', 4),
      at('serve', 'commit:after-db-commit', 7),
      at('serve', 'dispatch:after', 3),
    ]
    expect(await killed(kills)).toEqual([])
  }, 90_000)

  it('with calls in flight settles each once when it starts again, even killed while it does, and revokes their leases [R17]', async () => {
    const kills = [
      at('serve', 'act:after', 2),
      at('start', 'recover:settled', 1),
      at('serve', 'probe:acted', 2),
      at('start', TORN_WRITE, 1),
    ]
    expect(await killed(kills)).toEqual([])
  }, 90_000)

  it('keeps the question it asked and the decision it heard, and runs an approved call at most once', async () => {
    const kills = [
      at('serve', 'request:after', 1),
      at('serve', 'decision:after', 1),
      at('serve', 'outcome:after', 7),
    ]
    expect(await killed(kills)).toEqual([])
  }, 90_000)

  it.each([
    ['a key', at('start', TORN_WRITE, 2)],
    ['its witness', at('start', TORN_WRITE, 5)],
  ])(
    'while its very first start writes %s starts again',
    async (_, kill) => {
      expect(await killed([kill], true)).toEqual([])
    },
    60_000,
  )
})

describe('the checks behind these tests', () => {
  describe('of a true record', () => {
    let honest: Snapshot
    let witnessed: readonly Witnessed[]
    const none = new Map<string, string>()

    beforeAll(async () => {
      const installation = await template.copy()
      await new Lane(installation).measure()
      honest = await readRemains(installation)
      witnessed = installation.tools.calls() as readonly Witnessed[]
      await installation.remove()
    }, 60_000)

    const codesOf = (violations: readonly Violation[]) => [
      ...new Set(violations.map(({ code }) => code)),
    ]
    const without = (type: string): Snapshot => ({
      ...honest,
      entries: honest.entries.filter(({ entry }) => entry.type !== type),
    })
    const always = (now: Snapshot, seen = witnessed, answers: readonly Acknowledged[] = []) =>
      codesOf(checkAlways(honest, now, seen, answers))

    it('find nothing', () => {
      expect(always(honest)).toEqual([])
      expect(checkRecovered(honest, honest)).toEqual([])
    })

    it('find acts that were not recorded, recorded once and done twice, or recorded and not done', () => {
      const [first, ...others] = witnessed
      const stranger = { name: 'look', arguments: { target: '192.0.2.1' } }
      expect(always(honest, [...witnessed, stranger])).toEqual(['acted_without_dispatch'])
      expect(always(honest, first === undefined ? [] : [first, ...witnessed])).toEqual([
        'acted_twice',
      ])
      expect(always(honest, others)).toEqual(['applied_without_act'])
    })

    it('find history that is shorter, or other than what was signed', () => {
      const shorter = { entries: honest.entries.slice(0, -1), leaves: honest.leaves.slice(0, -1) }
      expect(always({ ...honest, ...shorter })).toContain('history_changed')
      expect(always({ ...honest, ...shorter })).toContain('head_wrong')
      const root = Buffer.alloc(32).toString('base64')
      const note = `origin\n${honest.head.size}\n${root}\n\n`
      expect(always(honest, witnessed, [{ kind: 'checkpoint', note }])).toEqual(['history_changed'])
    })

    it.each<Acknowledged>([
      { kind: 'answered', call: 'c', evidence: 'e' },
      { kind: 'pending', approval: 'a' },
      { kind: 'refused', call: 'c', code: 'forbidden' },
      { kind: 'released', approval: 'a' },
      { kind: 'denied', approval: 'a' },
      { kind: 'task', task: 't' },
    ])('find that what was $kind is not in the record', (answer) => {
      expect(always(honest, witnessed, [answer])).toEqual(['answer_lost'])
    })

    it('find grants that are used and live, or used up and never used', () => {
      const flipped = [...honest.grants].map(([id, state]) => {
        return [id, state === 'consumed' ? 'live' : 'consumed'] as const
      })
      expect(flipped.length).toBeGreaterThan(0)
      expect(always({ ...honest, grants: new Map(flipped) })).toEqual(['grant_state_wrong'])
    })

    it('find what a restart left undone', () => {
      const twice = honest.entries.filter(({ entry }) => entry.type === 'tool.call.outcome')
      const doubled = { ...honest, entries: [...honest.entries, ...twice] }
      expect(codesOf(checkRecovered(honest, doubled))).toEqual(['outcome_twice'])
      expect(codesOf(checkRecovered(honest, without('tool.call.outcome')))).toEqual([
        'outcome_missing',
      ])
      expect(codesOf(checkRecovered(honest, without('lease.revoked')))).toEqual(['lease_live'])
      expect(codesOf(checkRecovered(honest, { ...honest, requests: none }))).toEqual([
        'request_lost',
      ])
      const [call = ''] = honest.calls.keys()
      const inFlight = new Map([...honest.calls, [call, 'dispatched']])
      expect(codesOf(checkRecovered(honest, { ...honest, calls: inFlight }))).toEqual([
        'call_in_flight',
      ])
    })
  })
})
