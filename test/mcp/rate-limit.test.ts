import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RequestRates, rateOf } from '../../src/faces/mcp/rate-limit.ts'
import { type ServedFace, serveFace } from '../harness/mcp-face.ts'
import { postModern } from '../harness/mcp-wire.ts'
import { addAgent, type Plane, startPlane, taskToken } from '../harness/plane.ts'

describe('the rate of one agent', () => {
  it('never lets more through in any span than the burst and what the span earned', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 30 }),
        (steps, perSecond, burst) => {
          const rates = new RequestRates({ perSecond, burst })
          let nowMs = 1_000_000
          const served: number[] = []
          for (const step of steps) {
            nowMs += step
            if (rates.take('a', nowMs) === 0) served.push(nowMs)
          }
          for (const [from, startMs] of served.entries()) {
            for (let to = from; to < served.length; to++) {
              const spanMs = (served[to] ?? 0) - startMs
              expect(to - from + 1).toBeLessThanOrEqual(burst + (spanMs * perSecond) / 1_000 + 1e-6)
            }
          }
        },
      ),
    )
  })

  it('says truly when the next request will be served', () => {
    const rates = new RequestRates({ perSecond: 3, burst: 1 })
    expect(rates.take('a', 0)).toBe(0)
    const waitMs = rates.take('a', 0)
    expect(waitMs).toBe(334)
    expect(rates.take('a', waitMs - 2)).toBeGreaterThan(0)
    expect(rates.take('a', waitMs)).toBe(0)
    expect(rates.take('b', 0)).toBe(0)
  })
})

describe('an agent that asks too fast', () => {
  let nowMs = 0
  const clock = { nowMs: () => nowMs }
  let plane: Plane
  let face: ServedFace

  beforeAll(async () => {
    plane = await startPlane()
    nowMs = plane.clock.nowMs()
    face = await serveFace(plane, { requests: { ...rateOf(2), burst: 2 } }, clock)
  }, 60_000)
  afterAll(async () => {
    await face?.close()
    await plane?.close()
  })

  it('is told when to come back, and another agent is served meanwhile', async () => {
    const token = await taskToken(plane)
    const list = (bearer: string) => postModern(face.url, bearer, 'tools/list')
    expect((await list(token)).status).toBe(200)
    expect((await list(token)).status).toBe(200)
    const refused = await list(token)
    expect(refused).toMatchObject({
      status: 429,
      body: {
        error: { data: { countersign: { code: 'rate_limited', next: expect.any(String) } } },
      },
    })
    expect(refused.headers.get('retry-after')).toBe('1')
    const other = await addAgent(plane.gateway, 'other', plane.alex)
    expect((await list(await taskToken(plane, 'respond', {}, other))).status).toBe(200)
    nowMs += 1_000
    expect((await list(token)).status).toBe(200)
  })
})
