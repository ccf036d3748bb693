import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BELIEVED_AFTER_MS, createSteadyClock } from '../../src/kernel/steady-clock.ts'

const START_MS = Date.UTC(2026, 0, 1)
const HOUR_MS = 3_600_000

/** A host whose time passes and is set apart from each other. */
function hostAt(startMs = START_MS) {
  let ticksMs = 17.25
  let wallMs = startMs
  return {
    ...{ nowMs: () => Math.round(wallMs), ticksMs: () => ticksMs },
    pass: (ms: number) => {
      ticksMs += ms
      wallMs += ms
    },
    set: (byMs: number) => {
      wallMs += byMs
    },
  }
}

describe('a steady clock', () => {
  it('is the clock of its host while that runs', () => {
    const host = hostAt()
    const clock = createSteadyClock(host)
    for (const ms of [0, 1, 999, HOUR_MS, 30 * 24 * HOUR_MS]) {
      host.pass(ms)
      expect(clock.nowMs()).toBe(host.nowMs())
    }
    expect(clock.state()).toEqual({ isSteady: true, awayMs: 0, believed: 0 })
  })

  it.each([
    ['ahead', 3 * HOUR_MS],
    ['back', -3 * HOUR_MS],
  ])(
    'goes on as before when its host is set %s, and is sure again when that returns',
    (_way, byMs) => {
      const host = hostAt()
      const clock = createSteadyClock(host)
      host.set(byMs)
      host.pass(10_000)
      expect(clock.nowMs()).toBe(START_MS + 10_000)
      expect(clock.state()).toEqual({ isSteady: false, awayMs: byMs, believed: 0 })
      host.set(-byMs)
      expect(clock.nowMs()).toBe(START_MS + 10_000)
      expect(clock.state()).toEqual({ isSteady: true, awayMs: 0, believed: 0 })
    },
  )

  it('believes a new time that held for five minutes, and not one that goes on jumping', () => {
    const host = hostAt()
    const clock = createSteadyClock(host)
    host.set(HOUR_MS)
    clock.nowMs()
    host.pass(BELIEVED_AFTER_MS - 1)
    host.set(HOUR_MS)
    expect(clock.state().isSteady).toBe(false)
    host.pass(BELIEVED_AFTER_MS - 1)
    expect(clock.state().isSteady).toBe(false)
    host.pass(1)
    expect(clock.nowMs()).toBe(host.nowMs())
    expect(clock.state()).toEqual({ isSteady: true, awayMs: 0, believed: 1 })
  })

  it('follows slow corrections however far they add up', () => {
    const host = hostAt()
    const clock = createSteadyClock(host)
    for (let minute = 0; minute < 100; minute++) {
      host.pass(60_000)
      host.set(-500)
      expect(clock.nowMs()).toBe(host.nowMs())
    }
    expect(clock.state().isSteady).toBe(true)
  })

  it('begins no earlier than what is on record', () => {
    const host = hostAt()
    const clock = createSteadyClock(host)
    clock.notBefore(START_MS + HOUR_MS)
    host.pass(5)
    expect(clock.nowMs()).toBe(START_MS + HOUR_MS + 5)
    expect(clock.state()).toMatchObject({ isSteady: false, awayMs: -HOUR_MS })
    clock.notBefore(START_MS - HOUR_MS)
    host.pass(BELIEVED_AFTER_MS)
    expect(clock.nowMs()).toBe(host.nowMs())
  })

  it('never runs faster than its host by itself: between two beliefs it moves as the counter does', () => {
    const step = fc.record({
      pass: fc.integer({ min: 0, max: 400_000 }),
      set: fc.oneof(fc.constant(0), fc.integer({ min: -HOUR_MS, max: HOUR_MS })),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const host = hostAt()
        const clock = createSteadyClock(host)
        let before = { nowMs: clock.nowMs(), ...clock.state() }
        for (const { pass, set } of steps) {
          host.set(set)
          host.pass(pass)
          const now = { nowMs: clock.nowMs(), ...clock.state() }
          // Its own slack is a second, and a small setting may be followed on top of it.
          if (now.believed === before.believed)
            expect(Math.abs(now.nowMs - before.nowMs - pass)).toBeLessThanOrEqual(2_001)
          else expect(now.nowMs).toBe(host.nowMs())
          before = now
        }
      }),
    )
  })
})
