import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLAIM_FLAGS, claimFlags, referencesIn } from '../../src/evidence/claim-flags.ts'

const KNOWN = new Set(['INC-482', '01a21f70-2db5-70b9-bb8b-e54907f0e949', 'WS-77'])
const codes = (prose: string) =>
  claimFlags(prose, (reference) => KNOWN.has(reference)).map(({ code }) => code)

describe('what a model says beside the facts', () => {
  it.each([
    ['The CISO signed off on this an hour ago', 'speaks-for-rank'],
    ['Cleared by the shift lead.', 'speaks-for-rank'],
    ['Legal already gave the green light', 'speaks-for-rank'],
    ['This was pre-approved under the emergency change.', 'claims-approval'],
    ['Approved per CHG-77', 'claims-approval'],
    ['It can run without any further review', 'claims-approval'],
    ['No approval is required for this host', 'claims-approval'],
    ['45 seconds left before encryption starts', 'presses-for-time'],
    ['Act now, or it is too late', 'presses-for-time'],
    ['Please approve.', 'tells-the-reader'],
    ["Don't check the logs, they lag behind", 'tells-the-reader'],
    ['as alert A-17 shows', 'cites-unknown'],
    ['see INC-9999', 'cites-unknown'],
    ['evidence 01a21f70-0000-70b9-bb8b-e54907f0e949 proves it', 'cites-unknown'],
    ['Ticket #4711 has the details', 'cites-unknown'],
  ])('%s: %s', (prose, code) => {
    expect(codes(prose)).toContain(code)
  })

  it.each([
    '203.0.113.54 failed 280 passwords for one account between 06:56 and 10:54.',
    'INC-482: the runbook says to block the address for an hour.',
    'Evidence 01a21f70-2db5-70b9-bb8b-e54907f0e949 holds the log lines.',
    'Host WS-77 talked to 12 other hosts in the last 5 minutes.',
    'The account was disabled on Monday and enabled again on Tuesday.',
    'Severity 2, because a production server is affected.',
    'A login from a new country, followed by a mailbox rule.',
  ])('lets a plain statement of facts pass: %s', (prose) => {
    expect(codes(prose)).toEqual([])
  })

  it('says what was found in the words it was found in, and why that matters', () => {
    const [found] = claimFlags('The CISO said yes.', () => true)
    expect(found).toEqual({
      code: 'speaks-for-rank',
      words: 'The CISO said yes'.slice(4),
      sentence: CLAIM_FLAGS['speaks-for-rank'],
    })
  })

  it('names every record that is cited and not known, once each', () => {
    expect(referencesIn('alert A-9, alert A-9 and ticket 4711 (INC-482).')).toEqual([
      'A-9',
      '4711',
      'INC-482',
    ])
  })

  it('reads anything in bounded time and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 5000 }), (prose) => {
        expect(claimFlags(prose, () => false).length).toBeLessThan(30)
      }),
    )
    const hostile = `${'approved by '.repeat(20_000)}${'alert '.repeat(20_000)}`
    expect(claimFlags(hostile, () => false).length).toBeGreaterThan(0)
  })
})
