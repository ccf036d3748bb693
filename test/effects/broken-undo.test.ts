import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweep } from '../../src/command/sweep.ts'
import { FENCE_ENTRIES, type FencePlane, startFence } from '../harness/fence.ts'

let fence: FencePlane
/** Where the undo breaks off, as a crash there would. */
let breaksAt: string | undefined
beforeAll(async () => {
  fence = await startFence(FENCE_ENTRIES, {
    at: (label) => {
      if (label === breaksAt) throw new Error('gone')
    },
  })
}, 60_000)
afterAll(() => fence?.plane.close())

describe.each([
  { label: 'undo:dispatched', sent: 0, end: 'lifted' },
  { label: 'undo:acted', sent: 1, end: 'already' },
])('an undo that breaks off at $label', ({ label, sent, end }) => {
  it('is no second one while nobody knows, and afterwards what is still there is lifted', async () => {
    const { plane, done, host, undo, ran, state } = fence
    const target = host()
    const call = await done('isolate', { target, minutes: 600 })
    breaksAt = label
    expect((await undo(plane.dana, call)).status).toBe(500)
    breaksAt = undefined
    expect(ran('release', target)).toBe(sent)
    expect((await undo(plane.dana, call)).body.code).toBe('undo_running')
    plane.clock.advance(10 * 60_000)
    await sweep(plane.gateway.parts.spine, 'main')
    expect((await undo(plane.dana, call)).body).toMatchObject({ kind: end })
    expect(ran('release', target)).toBe(1)
    expect(state().isolated).not.toContain(target)
  }, 60_000)
})
