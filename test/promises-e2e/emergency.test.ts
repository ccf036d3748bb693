import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweep } from '../../src/command/sweep.ts'
import { TENANT } from '../../src/wiring.ts'
import { signedBy } from '../harness/passkeys.ts'
import { rest } from '../harness/people.ts'
import { addPerson, type Plane, putOnDuty, type TestPerson } from '../harness/plane.ts'
import { fresh, type Held, openWorld, type Scene, type World } from './world.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
let world: World
let plane: Plane
beforeAll(async () => {
  world = await openWorld()
  plane = world.plane
}, 60_000)
afterAll(() => world?.close())

async function isolation(): Promise<{ scene: Scene; target: string; held: Held }> {
  const scene = await world.scene()
  const target = await world.asset('device', { environment: 'production' })
  return { scene, target, held: await scene.hold('isolate', { target }) }
}

const unsigned = (by: TestPerson, verb: string, { id, shown }: Held, more = {}) =>
  rest(plane, by, 'POST', `/api/v1/approvals/${id}/${verb}`, {
    seen_digest: shown.action_digest,
    reason: 'it spreads',
    ...more,
  })
const act = (by: TestPerson, verb: string, held: Held, reason = 'it spreads') =>
  unsigned(by, verb, held, { reason, ...signatureOf(by, held) })
const signatureOf = (by: TestPerson, { shown }: Held) =>
  signedBy(plane.gateway.baseUrl, by, String(shown.action_digest))
const refusal = async (...args: Parameters<typeof act>) => {
  const { body } = await act(...args)
  return [body.code, String(body.detail).split(':')[0]]
}
const onDuty = async (): Promise<TestPerson> => {
  const made = await addPerson(plane.gateway, fresh('person'), ['analyst'])
  await putOnDuty(plane.gateway, plane.clock, made, [])
  return made
}

describe('escalating', () => {
  it('makes the next role accountable, by a record of its own, and releases nothing [R135]', async () => {
    const { scene, target, held } = await isolation()
    const escalated = await act(plane.alex, 'escalate', held, 'I do not see the evidence')
    expect(escalated.body).toMatchObject({
      outcome: 'escalated',
      approval: { owner: plane.ines.id, accountable: 'incident-commander', state: 'pending' },
    })
    expect(await world.yes(plane.dana, held.id)).toBe('advised: role')
    expect(world.ran(target)).toBe(0)
    const entry = (await scene.record()).find(({ type }) => type === 'approval.escalated')
    expect(entry?.data).toMatchObject({ reason: 'asked', person: plane.ines.id })
    expect((await act(plane.petra, 'escalate', held)).body.code).toBe('not_permitted')
    expect((await act(plane.alex, 'escalate', held, ' ')).body.code).toBe('reason_required')
  })
})

describe('overriding', () => {
  it('keeps recommendation, override and reason side by side, by somebody on duty with that right [R135]', async () => {
    const scene = await world.scene()
    const target = await world.asset('device')
    const looked = await scene.call('soc__look', { text: 'x' })
    const made = await scene.call('countersign_recommend', {
      summary: 'Isolate it.',
      evidence: [looked._meta?.['countersign/evidence']],
      proposed_action: { tool: 'soc__isolate', arguments: { target } },
    })
    const { recommendation } = made.structuredContent as { recommendation: string }
    const cases = (await rest(plane, plane.dana, 'GET', '/api/v1/cases')).body as unknown as {
      cases: { id: string; external_ref: string }[]
    }
    const caseId = cases.cases.find((one) => one.external_ref === scene.caseRef)?.id
    const path = `/api/v1/cases/${caseId}/overrides`
    const body = { recommendation, instead: 'Watch it.', reason: 'It is the scanner.' }
    for (const other of [plane.alex, plane.petra])
      expect((await rest(plane, other, 'POST', path, body)).body.code).toBe('not_permitted')
    expect((await rest(plane, plane.dana, 'POST', path, body)).status).toBe(201)
    expect((await rest(plane, plane.dana, 'POST', path, body)).body.code).toBe('conflict')
    const entry = (await scene.record()).find(({ type }) => type === 'recommendation.overridden')
    expect(entry?.data).toMatchObject({ recommendation, person: plane.dana.id })
  })
})

describe('approving, overriding and escalating', () => {
  it('are three permissions: who has one of them has not the others, and each leaves a record of its own [R135]', async () => {
    const { scene, held } = await isolation()
    const made = await scene.call('countersign_recommend', { summary: 'Isolate it.', evidence: [] })
    const { recommendation } = made.structuredContent as { recommendation: string }
    const path = `/api/v1/cases/${String(held.shown.case)}/overrides`
    const body = { recommendation, instead: 'Watch it.', reason: 'It is the scanner.' }
    const overrides = (by: TestPerson) => rest(plane, by, 'POST', path, body)
    const auditor = await addPerson(plane.gateway, fresh('person'), ['auditor'])
    const privacy = await addPerson(plane.gateway, fresh('person'), ['privacy-officer'])
    await putOnDuty(plane.gateway, plane.clock, privacy)
    // The analyst escalates and neither overrides nor approves; the auditor does none of the three.
    expect((await overrides(plane.alex)).body.code).toBe('not_permitted')
    expect(await world.yes(plane.alex, held.id)).toBe('advised: role')
    expect((await act(auditor, 'escalate', held)).body.code).toBe('not_permitted')
    expect((await overrides(auditor)).body.code).toBe('not_permitted')
    // The privacy officer overrides and does not approve what is not theirs; the owner does what is.
    expect((await overrides(privacy)).status).toBe(201)
    expect(await world.yes(privacy, held.id)).toBe('advised: role')
    expect((await act(plane.alex, 'escalate', held)).body.outcome).toBe('escalated')
    expect(await world.yes(plane.ines, held.id)).toBe('released')
    const record = await scene.record()
    const by = (type: string) =>
      record.filter((entry) => entry.type === type).map(({ data }) => data.person)
    expect(by('recommendation.overridden')).toEqual([privacy.id])
    expect(by('approval.escalated')).toEqual([plane.ines.id])
    expect(by('approval.granted')).toEqual([plane.ines.id])
  })
})

describe('an emergency release', () => {
  it('is refused while somebody entitled can be reached, off duty, and without a reason', async () => {
    const { target, held } = await isolation()
    const alone = await onDuty()
    expect(await refusal(alone, 'emergency-release', held)).toEqual([
      'emergency_refused',
      'somebody_reachable',
    ])
    expect(await refusal(plane.petra, 'emergency-release', held)).toEqual([
      'emergency_refused',
      'off_duty',
    ])
    expect((await act(alone, 'emergency-release', held, '')).body.code).toBe('reason_required')
    expect(world.ran(target)).toBe(0)
  })

  it('is possible once everybody was paged in vain, and every rung is on record [R94]', async () => {
    const { held } = await isolation()
    const alone = await onDuty()
    plane.clock.advance(8 * MINUTE_MS)
    await sweep(plane.gateway.parts.spine, TENANT)
    expect((await refusal(alone, 'emergency-release', held))[1]).toBe('somebody_reachable')
    plane.clock.advance(2 * MINUTE_MS)
    await sweep(plane.gateway.parts.spine, TENANT)
    expect((await act(alone, 'emergency-release', held)).body.outcome).toBe('released')
  })

  it('by one person on duty, for one target and minutes, pages commander and service owner, and stays open to two reviewers', async () => {
    plane.clock.advance(13 * HOUR_MS)
    const alone = await onDuty()
    const { scene, target, held } = await isolation()
    expect((await act(alone, 'emergency-release', held)).body.outcome).toBe('released')
    const entry = (await scene.record()).find(({ type }) => type === 'approval.emergency')
    expect(entry?.data).toMatchObject({ person: alone.id })
    const lifetime = Date.parse(String(entry?.data.expires)) - plane.clock.nowMs()
    expect(lifetime).toBeLessThanOrEqual(5 * MINUTE_MS)
    const client = await world.renew(scene)
    await client.call('soc__isolate', { target })
    expect(world.ran(target)).toBe(1)
    await client.call('soc__isolate', { target })
    expect(world.ran(target)).toBe(1)
    const open = async () =>
      (await rest(plane, plane.petra, 'GET', '/api/v1/reviews?state=open')).body
        .reviews as unknown as { id: string; about: string; verdicts?: unknown }[]
    const mine = (await open()).find(({ about }) => about === alone.id)
    expect(mine).toBeDefined()
    const verdict = (by: TestPerson) =>
      rest(plane, by, 'POST', `/api/v1/reviews/${mine?.id}/verdict`, {
        verdict: 'justified',
        reason: 'nobody answered the phone',
      })
    expect((await verdict(alone)).body.code).toBe('not_permitted')
    expect((await verdict(plane.dana)).body).toMatchObject({ review: { state: 'open' } })
    // The second reviewer learns nothing of the first verdict before giving theirs.
    expect((await open()).find(({ id }) => id === mine?.id)?.verdicts).toBeUndefined()
    expect((await verdict(plane.dana)).body.code).toBe('not_permitted')
    expect((await verdict(plane.ines)).body).toMatchObject({ review: { state: 'closed' } })
    expect((await open()).some(({ id }) => id === mine?.id)).toBe(false)
  })

  it('is refused without a signature of the one who releases: a token alone is nobody', async () => {
    plane.clock.advance(13 * HOUR_MS)
    const [alone, other] = [await onDuty(), await onDuty()]
    const { scene, target, held } = await isolation()
    const no = await unsigned(alone, 'emergency-release', held)
    expect(no).toMatchObject({ status: 403, body: { code: 'passkey_required' } })
    expect(no.body.next).toBe('Decide in the console, where your device can sign.')
    const stolen = signatureOf(other, held)
    expect((await unsigned(alone, 'emergency-release', held, stolen)).body.code).toBe(
      'passkey_unknown',
    )
    expect(await types(scene)).not.toContain('approval.emergency')
    expect(await types(scene)).toContain('access.refused')
    const client = await world.renew(scene)
    await client.call('soc__isolate', { target })
    expect(world.ran(target)).toBe(0)
    expect((await act(alone, 'emergency-release', held)).body.outcome).toBe('released')
    const entry = (await scene.record()).find(({ type }) => type === 'approval.emergency')
    const [key] = await plane.gateway.parts.store.passkeys.list(TENANT, alone.id)
    expect(entry?.data).toMatchObject({ person: alone.id, passkey: key?.id })
    expect(Object.keys(entry?.payloads ?? {})).toContain('signature')
  })

  const types = async (scene: Scene) => (await scene.record()).map(({ type }) => type)

  it('works where a hard floor asks for two people, and for one target only', async () => {
    const alone = await onDuty()
    const scene = await world.scene()
    const target = await world.asset('device', {
      environment: 'production',
      labels: ['availability-critical'],
      criticality: 5,
    })
    const held = await scene.hold('isolate', { target })
    expect(held.needs).toContain('dual')
    expect((await act(alone, 'emergency-release', held)).body.outcome).toBe('released')
    expect(world.ran(target)).toBe(0)
    await scene.call('soc__isolate', { target })
    expect(world.ran(target)).toBe(1)
  })
})
