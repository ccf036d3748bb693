import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Failure } from '../../src/kernel/failure.ts'
import { rest } from '../harness/people.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
}, 60_000)
afterAll(() => world?.close())

async function delegate(grants: readonly string[]) {
  const { plane } = world
  const { agent } = await world.scene({ grants })
  const path = `/api/v1/agents/${agent.id}`
  const { status, body } = await rest(plane, plane.petra, 'POST', `${path}/mode`, {
    mode: 'delegated',
  })
  const stored = await plane.gateway.parts.store.agents.byId('main', agent.id)
  return { status, code: body.code, detail: String(body.detail), mode: stored?.mode }
}

describe('a switch to delegated', () => {
  it('is made when the record is signed, every act can be taken back or is answered for, and all is owned [R51]', async () => {
    expect(await delegate(['soc/look', 'soc/isolate', 'soc/rotate_key'])).toMatchObject({
      status: 200,
      mode: 'delegated',
    })
  })

  it('is refused for a tool without a way back or a waiver, by name [R51]', async () => {
    for (const grants of [['soc/look', 'soc/set_for_good'], ['soc/*']]) {
      const refused = await delegate(grants)
      expect(refused).toMatchObject({
        status: 409,
        code: 'not_ready_to_delegate',
        mode: 'supervised',
      })
      expect(refused.detail).toMatch(/soc__\w+ has neither a way back nor a waiver/)
    }
  })

  it('is refused while the audit trail cannot be signed [R51]', async () => {
    const { restParts } = world.plane.gateway.parts
    const { checkpointCovering } = restParts
    const failing = async () => {
      throw new Failure('signer_refused', 'another tree')
    }
    Object.assign(restParts, { checkpointCovering: failing })
    const refused = await delegate(['soc/look'])
    Object.assign(restParts, { checkpointCovering })
    expect(refused).toMatchObject({ status: 409, mode: 'supervised' })
    expect(refused.detail).toContain('the audit trail is not healthy (signer_refused)')
  })

  it('is refused while a class has no owner, naming class and role [R51]', async () => {
    const { plane } = world
    const path = `/api/v1/people/${plane.dana.id}`
    await rest(plane, plane.petra, 'POST', path, { state: 'suspended' })
    const refused = await delegate(['soc/look'])
    await rest(plane, plane.petra, 'POST', path, { state: 'active' })
    expect(refused).toMatchObject({ status: 409, mode: 'supervised' })
    expect(refused.detail).toMatch(
      /nobody who is active and certified .* as (shift-lead|identity-owner)/,
    )
  })
})
