import { describe, expect, it } from 'vitest'
import type { RosterView } from '../../src/roster/on-call.ts'
import { onCall, STALE_AFTER_MS } from '../../src/roster/on-call.ts'
import type { RosterFeed } from '../../src/roster/roster.ts'
import { aShift, HOUR_MS, MONDAY_MS } from './people.ts'

const at = (hour: number) => MONDAY_MS + hour * HOUR_MS
const DIGEST = `sha256:${'ab'.repeat(32)}`
const feed: RosterFeed = {
  tenant: 'main',
  source: 'feed:soc',
  digest: DIGEST,
  state: 'fresh',
  confirmedAtMs: at(9),
}
const view = (shifts: RosterView['shifts'], feeds: RosterView['feeds'] = []): RosterView => ({
  shifts,
  feeds,
  knownToMs: at(48),
})

describe('who is on call', () => {
  it('is the one person precedence names, until the minute that changes [R145]', () => {
    const shifts = [
      aShift('backup', 0, 24, { precedence: 1 }),
      aShift('dana', 8, 16),
      aShift('ines', 12, 20),
    ]
    const who = (hour: number) => {
      const found = onCall(view(shifts), 'shift-lead', at(hour))
      return [found?.who, found === undefined ? undefined : (found.untilMs - MONDAY_MS) / HOUR_MS]
    }
    expect([who(0), who(8), who(13), who(16), who(20), who(24)]).toEqual([
      ['backup', 8],
      // Ines overlaps and began later, so Dana holds the role to the end of her shift.
      ['dana', 16],
      ['dana', 16],
      ['ines', 20],
      ['backup', 24],
      [undefined, undefined],
    ])
  })

  it('runs on over shifts of the same person, and never beyond what was looked at', () => {
    const shifts = [aShift('dana', 0, 12), aShift('dana', 12, 18), aShift('ines', 18, 100)]
    expect(onCall(view(shifts), 'shift-lead', at(1))?.untilMs).toBe(at(18))
    expect(onCall(view(shifts), 'shift-lead', at(20))?.untilMs).toBe(at(48))
  })

  it('keeps roles apart', () => {
    const shifts = [aShift('dana', 0, 12), aShift('ines', 0, 12, { role: 'incident-commander' })]
    expect(onCall(view(shifts), 'incident-commander', at(1))?.who).toBe('ines')
    expect(onCall(view(shifts), 'identity-owner', at(1))).toBeUndefined()
  })

  it('says from which feed it knows, in which version, and whether that is old', () => {
    const shifts = [aShift('dana', 0, 24, { source: 'feed:soc' })]
    const answer = (known: readonly RosterFeed[], hour = 10) =>
      onCall(view(shifts, known), 'shift-lead', at(hour))
    expect(answer([feed])).toEqual({
      who: 'dana',
      untilMs: at(24),
      source: 'feed:soc',
      digest: DIGEST,
      isStale: false,
    })
    expect(answer([{ ...feed, state: 'stale' }])).toMatchObject({ who: 'dana', isStale: true })
    expect(answer([])).toMatchObject({ who: 'dana', isStale: true })
    const lateMs = feed.confirmedAtMs + STALE_AFTER_MS
    expect(onCall(view(shifts, [feed]), 'shift-lead', lateMs)?.isStale).toBe(false)
    expect(onCall(view(shifts, [feed]), 'shift-lead', lateMs + 1)?.isStale).toBe(true)
  })

  it('takes a shift a person entered at its word', () => {
    expect(onCall(view([aShift('dana', 0, 24)]), 'shift-lead', at(1))).toEqual({
      who: 'dana',
      untilMs: at(24),
      source: 'own',
      isStale: false,
    })
  })
})
