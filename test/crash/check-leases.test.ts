import { describe, expect, it } from 'vitest'
import { checkRightsEnded, checkTakenBack, checkUsed } from './check-leases.ts'
import type { Snapshot } from './snapshot.ts'

const LEASE = 'lease-1'

/** A record in which one lease was issued, and the rest as told. */
function recordOf(
  types: readonly string[],
  rows: { readonly lease?: string; readonly borrowed?: string } = {},
): Snapshot {
  const entries = ['lease.issued', ...types].map((type, index) => ({
    index,
    leaf: '',
    entry: { type, call: 'call-1', data: { lease: LEASE } },
  }))
  return {
    entries,
    leases: new Map([[LEASE, rows.lease ?? 'revoked']]),
    borrowed: new Map([[LEASE, rows.borrowed ?? 'ended']]),
  } as unknown as Snapshot
}

describe('a lease that a kill met', () => {
  it('opens nothing from the restart on, and is gone with its entry a minute later [R17]', () => {
    const atOnce = recordOf(['lease.ending'], { borrowed: 'ending' })
    expect(checkRightsEnded(atOnce)).toEqual([])
    const later = recordOf(['lease.ending', 'lease.revoked'])
    expect([...checkRightsEnded(later), ...checkTakenBack(later, [])]).toEqual([])
    expect(checkUsed(later, [LEASE])).toEqual([])
  })

  it.each([
    ['nobody ended', recordOf([])],
    ['opens doors though its end is on record', recordOf(['lease.ending'], { lease: 'live' })],
  ])('is told of at the restart when it %s', (_what, record) => {
    expect(checkRightsEnded(record)).toMatchObject([{ code: 'lease_live' }])
  })

  it.each([
    ['its backend still has it', recordOf(['lease.revoked']), ['cs_db_1']],
    ['its row is not ended', recordOf(['lease.revoked'], { borrowed: 'ending' }), []],
    ['it was given up on', recordOf(['lease.ending', 'lease.left']), []],
    ['its row is live', recordOf(['lease.revoked'], { lease: 'live' }), []],
  ])('is told of after a minute when %s', (_what, record, alive) => {
    expect(checkTakenBack(record, alive)).toMatchObject([{ code: 'lease_live' }])
  })

  it('is told of when something was changed under it and nobody knows it', () => {
    const used = checkUsed(recordOf(['lease.revoked']), [LEASE, 'another'])
    expect(used).toMatchObject([{ code: 'acted_without_lease', detail: 'lease another' }])
  })
})
