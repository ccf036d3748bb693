import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refreshPolicy } from '../../src/command/refresh-tools.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { TENANT } from '../../src/wiring.ts'
import { reviewAll } from '../harness/mcp-review.ts'
import { rest } from '../harness/people.ts'
import { addPerson, certify, type Plane, rangeUpstream, startPlane } from '../harness/plane.ts'

/** Each publication checks a whole bundle, the first one with an engine that has yet to start. */
const PATIENTLY = { timeout: 60_000 }
const YEAR_MS = 366 * 24 * 3_600_000

let plane: Plane
beforeAll(async () => {
  plane = await startPlane({ upstreams: [] })
}, 60_000)
afterAll(() => plane?.close())

type Active = { sequence: number; documents: JsonObject & { owners: readonly JsonObject[] } }

async function active(of = plane): Promise<Active> {
  const { body } = await rest(of, of.petra, 'GET', '/api/v1/policies/active')
  const bundle = body.bundle as unknown as JsonObject
  const { policies, thresholds, owners, limits, monitored } = bundle
  const documents = { policies, thresholds, owners, monitored, limits }
  return { sequence: Number(body.sequence), documents: documents as Active['documents'] }
}

/** Containment in the hands of the privacy officer. */
async function reassigned(): Promise<JsonObject> {
  const { documents } = await active()
  const owners = documents.owners.map((each) =>
    each.class === 'contain' ? { ...each, role: 'privacy-officer' } : each,
  )
  const { policies } = documents as unknown as { policies: Record<string, string> }
  const text = (policies['base-contain'] ?? '').replace('"shift-lead"', '"owner"')
  return { ...documents, policies: { ...policies, 'base-contain': text }, owners }
}

const publish = (documents: JsonObject, of = plane) =>
  rest(of, of.petra, 'POST', '/api/v1/policies', { documents })

async function published(of = plane): Promise<readonly boolean[]> {
  const { ledger } = of.gateway.parts.store
  const { size } = await ledger.head(TENANT)
  const entries = await ledger.entries(TENANT, 0, size)
  return entries
    .map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)))
    .filter(({ type }) => type === 'policy.published')
    .map(({ data }) => data.owned)
}

describe('a bundle that holds a class nobody could own', PATIENTLY, () => {
  it('is not published; class and role are named, and what was active goes on [R126]', async () => {
    const before = await active()
    const documents = await reassigned()
    const refused = await publish(documents)
    expect([refused.status, refused.body.code]).toEqual([409, 'owner_unresolved'])
    expect(refused.body.detail).toMatch(/contain:\S+ \(contain\).*privacy-officer/)
    const checked = await rest(plane, plane.petra, 'POST', '/api/v1/policies/check', { documents })
    expect(checked.body.publishable).toBe(false)
    expect(checked.body.findings).toContainEqual(
      expect.objectContaining({ severity: 'error', code: 'owner_unresolved' }),
    )
    expect((await active()).sequence).toBe(before.sequence)
  })

  it('is published once somebody holds the role, is active and is certified for the class [R126]', async () => {
    const documents = await reassigned()
    const piet = await addPerson(plane.gateway, 'Piet', ['privacy-officer'])
    expect((await publish(documents)).body.code).toBe('owner_unresolved')
    await certify(plane.gateway, plane.clock, piet, ['identity'])
    expect((await publish(documents)).body.code).toBe('owner_unresolved')
    await certify(plane.gateway, plane.clock, piet, ['contain'])
    const suspend = async (state: string) =>
      expect(
        await rest(plane, plane.petra, 'POST', `/api/v1/people/${piet.id}`, { state }),
      ).toMatchObject({ status: 200 })
    await suspend('suspended')
    expect((await publish(documents)).body.code).toBe('owner_unresolved')
    await suspend('active')
    const made = await publish(documents)
    expect([made.status, made.body.detail]).toEqual([201, undefined])
    expect((await published()).at(-1)).toBe(true)
  })
})

describe('while an installation is being set up', PATIENTLY, () => {
  it('the first bundle loads without people, and the record does not say that it has owners [R126]', async () => {
    expect((await published())[0]).toBe(false)
  })
})

describe('a bundle that the gateway renews for a new tool', PATIENTLY, () => {
  it('waits for somebody to own every class; the one before it stays active [R126]', async () => {
    const extras = { ...rangeUpstream('extras', plane.dataDir), trustsShippedEntries: false }
    const aged = await startPlane({ upstreams: [extras] })
    try {
      const before = await active(aged)
      const target = { kind: 'sample', from: 'args.address' }
      const entry = { effect: 'write', verb: 'update', target }
      await reviewAll(aged, 'extras', ({ kind }) => ({ kind, ...entry }))
      aged.clock.advance(YEAR_MS)
      const renew = () => refreshPolicy(aged.gateway.parts.refreshDeps, TENANT)
      await renew()
      expect((await active(aged)).sequence).toBe(before.sequence)
      for (const person of [aged.dana, aged.ines, aged.alex])
        await certify(aged.gateway, aged.clock, person)
      await renew()
      expect((await active(aged)).sequence).toBe(before.sequence + 1)
      expect((await published(aged)).at(-1)).toBe(true)
    } finally {
      await aged.close()
    }
  })
})
