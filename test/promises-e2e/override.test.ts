/** A shift that one person entered alone does not carry the weightiest decisions until it was seen. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eligibility } from '../../src/approval/eligibility.ts'
import { factsFor } from '../../src/approval/holders.ts'
import { isSettled, SEEN_AFTER_MS } from '../../src/roster/override.ts'
import { certificate, duty, need, person, request, shift } from '../approval/duty-world.ts'
import { giveKey, signedBy } from '../harness/passkeys.ts'
import { consequencesIn, rest } from '../harness/people.ts'
import { addPerson, certify, type TestPerson } from '../harness/plane.ts'
import { openWorld, type World } from './world.ts'

const MINUTE_MS = 60_000

let world: World
beforeAll(async () => {
  world = await openWorld()
}, 60_000)
afterAll(() => world?.close())

/** Somebody with the roles who is on no rota. */
async function offDuty(name: string): Promise<TestPerson> {
  const { gateway, clock } = world.plane
  const made = await addPerson(gateway, name, ['identity-owner', 'shift-lead'])
  await giveKey({ ...gateway.parts.restParts, store: gateway.parts.store }, made)
  await certify(gateway, clock, made)
  return made
}

/** Dana puts them on the rota, with her token, in the way she says. */
async function putOn(who: TestPerson, role: string, way: 'propose' | 'emergency') {
  const { plane } = world
  const nowMs = plane.clock.nowMs()
  const response = await fetch(`${plane.gateway.baseUrl}/api/v1/roster/shifts`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${plane.dana.token}`,
      'content-type': 'application/json',
      [`countersign-${way}`]: 'nobody%20else%20is%20here',
    },
    body: JSON.stringify({
      role,
      person: who.id,
      from_ms: nowMs - MINUTE_MS,
      to_ms: nowMs + 300 * MINUTE_MS,
      source: 'cli',
    }),
  })
  return response.status
}

async function yes(who: TestPerson, id: string) {
  const { plane } = world
  const path = `/api/v1/approvals/${id}`
  const { body: shown } = await rest(plane, who, 'GET', path)
  await rest(plane, who, 'POST', `${path}/take-over`, {
    seen_digest: shown.action_digest,
    reason: 'I am on duty',
  })
  return rest(plane, who, 'POST', `${path}/approve`, {
    seen_digest: shown.action_digest,
    reason: 'checked',
    acknowledged: consequencesIn(shown),
    ...signedBy(plane.gateway.baseUrl, who, String(shown.action_digest)),
  })
}

describe('a shift entered by one person with a token', () => {
  it('carries containment, and nothing that touches identities until a second person stands behind it', async () => {
    const { plane } = world
    const tina = await offDuty('Tina')
    for (const role of ['identity-owner', 'shift-lead'])
      expect(await putOn(tina, role, 'emergency')).toBe(201)
    const scene = await world.scene()
    const contained = await scene.hold('isolate', {
      target: await world.asset('device', { environment: 'production' }),
    })
    expect((await yes(tina, contained.id)).body.outcome).toBe('released')
    const held = await scene.hold('disable_account', { target: await world.asset('account') })
    const refused = await yes(tina, held.id)
    expect(refused.body).toMatchObject({ outcome: 'advised', failing: 'shift_unseen' })
    const { body } = await rest(plane, tina, 'GET', `/api/v1/approvals/${held.id}`)
    expect(body.eligibility).toMatchObject({
      failing: 'shift_unseen',
      says: expect.stringMatching(/entered by one person/),
      next: expect.stringMatching(/second person/),
    })
    expect(await putOn(tina, 'identity-owner', 'propose')).toBe(202)
    const changes = await rest(plane, plane.ines, 'GET', '/api/v1/changes')
    const open = (
      changes.body.changes as unknown as { id: string; state: string; digest: string }[]
    ).filter(({ state }) => state === 'proposed')
    for (const { id, digest } of open) {
      const confirmed = await rest(plane, plane.ines, 'POST', `/api/v1/changes/${id}/confirm`, {
        seen_digest: digest,
        ...signedBy(plane.gateway.baseUrl, plane.ines, digest),
      })
      expect(confirmed.status).toBe(200)
    }
    expect((await yes(tina, held.id)).body.outcome).toBe('released')
  }, 90_000)
})

describe('whether a shift counts for what weighs most', () => {
  const NOW_MS = 1_780_000_000_000
  const entered = (agoMs: number, isByToken = false, isConfirmed = false) => ({
    entered: { by: 'dana', atMs: NOW_MS - agoMs, isByToken, isConfirmed },
  })
  it.each([
    ['what a feed or the gateway says', {}, true],
    ['entered an hour ago in the console', entered(SEEN_AFTER_MS), true],
    ['entered less than an hour ago', entered(SEEN_AFTER_MS - 1), false],
    ['entered long ago with a token', entered(24 * SEEN_AFTER_MS, true), false],
    ['entered just now with a token, and confirmed', entered(0, true, true), true],
  ])('%s', (_title, given, counts) => {
    expect(isSettled(given, NOW_MS)).toBe(counts)
  })

  it.each([
    ['contain', true],
    ['identity', false],
    ['destructive', false],
  ])('is asked for %s: eligible %s', (effect, isEligible) => {
    const lea = person('lea', ['shift-lead'])
    const view = duty([lea], {
      onDuty: [shift('lea', 'shift-lead', 0, entered(1))],
      certificates: [certificate('lea', effect)],
    })
    const asked = request([need('shift-lead')], { effect, owner: 'lea' })
    const verdict = eligibility(factsFor(view, asked, lea, []))
    expect(verdict.isEligible).toBe(isEligible)
    if (!verdict.isEligible) expect(verdict.failing).toBe('shift_unseen')
  })
})
