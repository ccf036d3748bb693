import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replaceShifts } from '../../src/roster/replace.ts'
import type { Shift } from '../../src/roster/roster.ts'
import { aShift, HOUR_MS, MONDAY_MS } from './people.ts'

const NOW_MS = MONDAY_MS + 12 * HOUR_MS
let ids = 0
const nextId = () => `new-${++ids}`
const feed = { source: 'feed:soc' } as const
const wish = ({ id, ...shift }: Shift) => shift

function afterwards(existing: readonly Shift[], wanted: readonly Omit<Shift, 'id'>[]): Shift[] {
  const { removed, ended, added } = replaceShifts(existing, wanted, NOW_MS, nextId)
  const touched = new Set([...removed, ...ended].map(({ id }) => id))
  return [...existing.filter(({ id }) => !touched.has(id)), ...ended, ...added]
}

describe('replacing the shifts of a feed', () => {
  it('changes nothing when the feed says what is known', () => {
    const existing = [aShift('dana', 8, 16, feed), aShift('ines', 16, 24, feed)]
    expect(replaceShifts(existing, existing.map(wish), NOW_MS, nextId)).toEqual({
      removed: [],
      ended: [],
      added: [],
    })
  })

  it('ends a running shift now instead of rewriting who was on duty before', () => {
    const running = aShift('dana', 8, 16, feed)
    const swapped = wish(aShift('ines', 8, 16, feed))
    const { removed, ended, added } = replaceShifts([running], [swapped], NOW_MS, nextId)
    expect(removed).toEqual([])
    expect(ended).toEqual([{ ...running, toMs: NOW_MS }])
    expect(added).toMatchObject([{ person: 'ines', fromMs: NOW_MS, toMs: swapped.toMs }])
  })

  it('believes the first reading about when a running shift began', () => {
    const first = wish(aShift('dana', 8, 16, feed))
    expect(replaceShifts([], [first], NOW_MS, nextId).added).toMatchObject([
      { fromMs: first.fromMs, toMs: first.toMs },
    ])
  })

  it('takes a shift back that is no longer planned, and forgets a feed that is over', () => {
    const planned = aShift('dana', 20, 28, feed)
    expect(replaceShifts([planned], [], NOW_MS, nextId).removed).toEqual([planned])
    const past = wish(aShift('dana', 0, 8, feed))
    expect(replaceShifts([], [past], NOW_MS, nextId).added).toEqual([])
  })

  it('property: from now on the rota is what the feed says, and again is a change of nothing', () => {
    const shift = fc
      .tuple(fc.constantFrom('dana', 'ines'), fc.nat(30), fc.nat(12), fc.nat(1))
      .map(([person, from, hours, precedence]) =>
        aShift(person, from, from + hours + 1, { ...feed, precedence }),
      )
    const future = fc.array(shift, { maxLength: 6 })
    fc.assert(
      fc.property(future, future, (before, after) => {
        const existing = before.filter(({ toMs }) => toMs > NOW_MS)
        const known = afterwards(existing, after.map(wish))
        const ahead = (shifts: readonly Omit<Shift, 'id'>[]) =>
          [
            ...new Set(
              shifts
                .filter(({ toMs }) => toMs > NOW_MS)
                .map(({ person, fromMs, toMs, precedence }) =>
                  [person, Math.max(fromMs, NOW_MS), toMs, precedence].join(),
                ),
            ),
          ].sort()
        expect(ahead(known)).toEqual(ahead(after))
        const past = (shifts: readonly Shift[]) =>
          shifts
            .filter(({ fromMs }) => fromMs < NOW_MS)
            .map(({ person, fromMs }) => `${person} ${fromMs}`)
            .sort()
        if (existing.length > 0) expect(past(known)).toEqual(past(existing))
        const again = known.filter(({ toMs }) => toMs > NOW_MS)
        const twice = replaceShifts(again, after.map(wish), NOW_MS, nextId)
        expect([twice.removed, twice.ended, twice.added]).toEqual([[], [], []])
      }),
      { numRuns: 300 },
    )
  })
})
