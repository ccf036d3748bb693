import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createHalts } from '../../src/adapters/watch-leases.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const LEASE = { tenant: 'main', id: 'lease-1' }
const never = () => () => undefined

it('cuts off a call whose lease was revoked before anybody watched it', async () => {
  const { signal, end } = createHalts(never, async () => ['lease-1']).watch(LEASE)
  await vi.advanceTimersByTimeAsync(100)
  expect(signal.aborted).toBe(true)
  end()
})

it('looks again, until it can, when the store cannot be read', async () => {
  let looks = 0
  const revokedAmong = async () => {
    looks++
    if (looks < 3) throw new Error('the database is away')
    return ['lease-1']
  }
  const { signal, end } = createHalts(never, revokedAmong).watch(LEASE)
  await vi.advanceTimersByTimeAsync(200)
  expect([looks, signal.aborted]).toEqual([2, false])
  await vi.advanceTimersByTimeAsync(100)
  expect([looks, signal.aborted]).toEqual([3, true])
  end()
})

it('looks no more once the call is back', async () => {
  let looks = 0
  const revokedAmong = async () => {
    looks++
    throw new Error('the database is away')
  }
  const { end } = createHalts(never, revokedAmong).watch(LEASE)
  end()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(looks).toBe(0)
})
