import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  byDay,
  byEffect,
  byPerson,
  byRule,
  latencyOf,
  outcomesOf,
  quickYesesOf,
} from '../../src/oversight/measures.ts'
import type { AskedOnce } from '../../src/oversight/records.ts'
import type { Shift } from '../../src/roster/roster.ts'

const DAY = 24 * 3_600_000
const HOUR = 3_600_000
const START = 1_780_012_800_000 - (1_780_012_800_000 % DAY)

let made = 0
function asked(more: Partial<AskedOnce> = {}): AskedOnce {
  return {
    id: `r${++made}`,
    effect: 'contain',
    rules: [],
    state: 'pending',
    createdAtMs: START,
    ...more,
  }
}
function yes(tookMs: number, more: Partial<AskedOnce> = {}): AskedOnce {
  const { createdAtMs = START } = more
  return asked({
    state: 'approved',
    decidedAtMs: createdAtMs + tookMs,
    decidedBy: 'dana',
    owner: 'dana',
    ...more,
  })
}
function shift(person: string, fromH: number, toH: number, more: Partial<Shift> = {}): Shift {
  return {
    ...{ tenant: 'main', id: `s${++made}`, role: 'shift-lead', person, precedence: 0 },
    ...{ fromMs: START + fromH * HOUR, toMs: START + toH * HOUR, source: 'test', ...more },
  }
}

describe('outcomes', () => {
  it('count each request once, and a share of nothing is absent', () => {
    expect(outcomesOf([])).not.toHaveProperty('denialRate')
    const all = [
      yes(1),
      yes(1),
      yes(1, { state: 'denied' }),
      asked({ state: 'expired', reasonCode: 'expired_unseen' }),
      asked({ state: 'expired', reasonCode: 'expired_while_viewing' }),
      asked({ state: 'cancelled' }),
      asked(),
    ]
    expect(outcomesOf(all)).toEqual({
      ...{ asked: 7, waiting: 1, approved: 2, denied: 1, expired: 2, expiredUnseen: 1 },
      cancelled: 1,
      denialRate: 1 / 3,
    })
  })
})

describe('latency', () => {
  it('is that of decisions only: what expired or was withdrawn has none', () => {
    const all = [
      yes(1_000),
      yes(3_000, { state: 'denied' }),
      yes(9_000, { state: 'expired' }),
      yes(9_000, { state: 'cancelled' }),
    ]
    expect(latencyOf(all)).toEqual({ decided: 2, medianMs: 1_000, p90Ms: 3_000, longestMs: 3_000 })
    expect(latencyOf([asked()])).toEqual({ decided: 0 })
  })

  it('is a value somebody really took, at least half and nine of ten are within it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000), { minLength: 1, maxLength: 60 }), (spans) => {
        const { medianMs = -1, p90Ms = -1, longestMs } = latencyOf(spans.map((ms) => yes(ms)))
        expect(spans).toContain(medianMs)
        expect(spans).toContain(p90Ms)
        expect(longestMs).toBe(Math.max(...spans))
        const within = (ms: number) => spans.filter((each) => each <= ms).length / spans.length
        const below = (ms: number) => spans.filter((each) => each < ms).length / spans.length
        expect(within(medianMs)).toBeGreaterThanOrEqual(0.5)
        expect(below(medianMs)).toBeLessThan(0.5)
        expect(within(p90Ms)).toBeGreaterThanOrEqual(0.9)
        expect(below(p90Ms)).toBeLessThan(0.9)
      }),
    )
  })
})

describe('quick yeses', () => {
  it('came within ten seconds of the first look; a no is never one, and unseen yeses are apart', () => {
    const at = (lookedMs: number, saidMs: number, more = {}) =>
      yes(saidMs, { viewedAtMs: START + lookedMs, ...more })
    const all = [
      at(60_000, 69_999),
      at(60_000, 70_000),
      at(60_000, 61_000, { state: 'denied' }),
      yes(1_000),
    ]
    expect(quickYesesOf(all)).toEqual({ quick: 1, seen: 2, unseen: 1 })
  })
})

describe('by day and by effect', () => {
  it('has every UTC day of the span, empty ones too, and loses no request', () => {
    const all = [asked(), yes(5, { createdAtMs: START + 2 * DAY + 1 })]
    const days = byDay(all, START + HOUR, START + 3 * DAY)
    expect(days.map(({ dayMs, asked: n }) => [(dayMs - START) / DAY, n])).toEqual([
      [0, 1],
      [1, 0],
      [2, 1],
    ])
    expect(days[2]).toMatchObject({ medianMs: 5 })
    expect(days[1]).not.toHaveProperty('medianMs')
  })

  it('add up to the whole', () => {
    const one = fc.record({
      effect: fc.constantFrom('write', 'contain', 'identity'),
      state: fc.constantFrom<AskedOnce['state']>('pending', 'approved', 'denied', 'expired'),
      createdAtMs: fc.integer({ min: START, max: START + 5 * DAY - 1 }),
    })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 40 }), (some) => {
        const all = some.map((each) => asked(each))
        const whole = outcomesOf(all)
        for (const parts of [byDay(all, START, START + 5 * DAY), byEffect(all)])
          for (const name of ['asked', 'approved', 'denied', 'expired'] as const)
            expect(parts.reduce((sum, part) => sum + part[name], 0)).toBe(whole[name])
      }),
    )
  })
})

describe('by rule', () => {
  it('counts a request for each rule that asked for it, the most asking rule first', () => {
    const all = [
      yes(4, { rules: ['b', 'a'] }),
      yes(6, { rules: ['b'], state: 'denied' }),
      asked({ rules: ['a'] }),
      asked({ rules: ['b'] }),
    ]
    const figures = byRule(all)
    expect(figures.map((each) => [each.rule, each.asked, each.denialRate])).toEqual([
      ['b', 3, 0.5],
      ['a', 2, 0],
    ])
    expect(figures[0]).toMatchObject({ decided: 2, medianMs: 4, longestMs: 6 })
    expect(byRule([asked()])).toEqual([])
  })
})

describe('by person', () => {
  it('counts on a shift what was asked while it lasted, and two roles at once are one shift', () => {
    const all = [
      yes(1, { createdAtMs: START + HOUR }),
      yes(1, { createdAtMs: START + 2 * HOUR, state: 'denied' }),
      yes(1, { createdAtMs: START + 8 * HOUR }),
      yes(1, { createdAtMs: START + 30 * HOUR, decidedBy: 'ines' }),
    ]
    const shifts = [
      shift('dana', 0, 8),
      shift('dana', 0, 8, { role: 'identity-owner' }),
      shift('dana', 24, 32),
      shift('lea', 0, 8),
    ]
    const [dana, ...others] = byPerson(all, shifts)
    expect(dana).toEqual({
      ...{ person: 'dana', put: 4, approved: 2, denied: 1, quickYeses: 0, medianMs: 1 },
      ...{ shifts: 2, putOnShift: 3, perShift: 1.5, mostInOneShift: 2 },
    })
    expect(
      others.map(({ person, put, approved, shifts: n }) => [person, put, approved, n]),
    ).toEqual([
      ['ines', 0, 1, 0],
      ['lea', 0, 0, 1],
    ])
    expect(others[0]).not.toHaveProperty('perShift')
  })
})
