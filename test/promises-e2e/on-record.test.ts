import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, sqliteDatabase } from '../harness/databases.ts'
import { addEntryAt } from '../harness/forged-entry.ts'
import { decide, rest } from '../harness/people.ts'
import { addPerson, type Plane, putOnDuty, type TestPerson } from '../harness/plane.ts'
import { fresh, type Held, openWorld, type Scene, type World } from './world.ts'

let world: World
let plane: Plane
let database: Database
beforeAll(async () => {
  world = await openWorld()
  plane = world.plane
  database = sqliteDatabase(plane.dataDir)
}, 60_000)
afterAll(() => world?.close())

async function isolation(): Promise<{ scene: Scene; target: string; held: Held }> {
  const scene = await world.scene()
  const target = await world.asset('device', { environment: 'production' })
  return { scene, target, held: await scene.hold('isolate', { target }) }
}

async function lead(classes?: readonly string[]): Promise<TestPerson> {
  const made = await addPerson(plane.gateway, fresh('lead'), ['shift-lead'])
  await putOnDuty(plane.gateway, plane.clock, made, classes)
  return made
}

/** Takes the request over and says yes. */
async function yesOfTheirOwn(person: TestPerson, { id, shown }: Held): Promise<string> {
  const seen = { seen_digest: shown.action_digest, reason: 'I have the context' }
  const taken = await rest(plane, person, 'POST', `/api/v1/approvals/${id}/take-over`, seen)
  return taken.status === 200 ? world.yes(person, id) : String(taken.body.detail)
}

type Row = Readonly<Record<string, string | number>>

async function certificateOf({ id }: TestPerson, actionClass: string): Promise<Row> {
  const [row] = await database.run(
    `select id, entry from certificate where person = '${id}' and action_class = '${actionClass}'`,
  )
  return row as Row
}

/** As somebody would who can write the database and nothing else. */
const forge = ({ id }: TestPerson, entry: string) =>
  database.run(
    `insert into certificate (tenant, id, person, action_class, issuer, expires_at_ms, entry)
     values ('main', '${fresh('forged')}', '${id}', 'contain', 'academy', 9999999999999, ${entry})`,
  )

describe('training, authority and the record of both', () => {
  it('whose rows are as they were recorded may sign [R131]', async () => {
    const { scene, target, held } = await isolation()
    const own = await lead()
    expect(await yesOfTheirOwn(own, held)).toBe('released')
    expect(await scene.ask('isolate', { target })).toBe('ran')
    const { entry } = await certificateOf(own, 'contain')
    const { ledger } = plane.gateway.parts.store
    expect(await ledger.entryById('main', String(entry))).toMatchObject({ id: entry })
  })

  it('a certificate the ledger does not bear out is refused, and the record is named [R131]', async () => {
    const { scene, target, held } = await isolation()
    const untrained = await lead(['read'])
    expect(await world.yes(untrained, held.id)).toBe('advised: certified')
    const danas = await certificateOf(plane.dana, 'contain')
    for (const entry of ["'nowhere'", 'null', `'${danas.entry}'`]) {
      await forge(untrained, entry)
      expect(await world.yes(untrained, held.id), entry).toBe('advised: certificate_unrecorded')
      expect(await yesOfTheirOwn(untrained, held)).toMatch('the audit record does not bear out')
    }
    const told = (await decide(plane, untrained, 'approve', held.id)).body
    expect(told).toMatchObject({ outcome: 'advised', failing: 'certificate_unrecorded' })
    expect(told.says).toMatch('the audit record does not bear out your certificate')
    expect(told.next).toMatch('Have the certificate issued again')
    expect(await scene.ask('isolate', { target })).toBe(held.needs)
    expect(world.ran(target)).toBe(0)
    const advice = (await scene.record()).filter(({ type }) => type === 'approval.advised')
    expect(advice.at(-1)?.data.failing).toBe('certificate_unrecorded')
  })

  it('nor one that was changed into another class or made to last longer [R131]', async () => {
    const { held } = await isolation()
    const [changed, prolonged] = [await lead(['read']), await lead(['contain'])]
    const { id } = await certificateOf(changed, 'read')
    await database.run(`update certificate set action_class = 'contain' where id = '${id}'`)
    await database.run(
      `update certificate set expires_at_ms = 9999999999999 where person = '${prolonged.id}'`,
    )
    for (const person of [changed, prolonged]) {
      expect(await world.yes(person, held.id)).toBe('advised: certificate_unrecorded')
    }
  })

  it('roles the ledger does not bear out are refused, until they are given on record [R131]', async () => {
    const { scene, target, held } = await isolation()
    const analyst = await addPerson(plane.gateway, fresh('analyst'), ['analyst'])
    expect(await world.yes(analyst, held.id)).toBe('advised: role')
    const set = (what: string) =>
      database.run(`update person set ${what} where id = '${analyst.id}'`)
    await set(`roles = '["shift-lead"]'`)
    await putOnDuty(plane.gateway, plane.clock, { ...analyst, roles: ['shift-lead'] })
    const draft = {
      type: 'person.changed' as const,
      atMs: plane.clock.nowMs(),
      actor: { kind: 'system', id: 'test' } as const,
      data: { person: analyst.id, roles: ['shift-lead'], proven: true },
    }
    const forged: string[] = []
    for (const index of [-1, 1_000_000]) {
      const id = plane.gateway.parts.spine.nextId()
      await addEntryAt(database, index, { ...draft, id })
      forged.push(`'${id}'`)
    }
    for (const entry of ['roles_entry', "'nowhere'", 'null', ...forged]) {
      await set(`roles_entry = ${entry}`)
      expect(await world.yes(analyst, held.id), entry).toBe('advised: role_unrecorded')
    }
    const told = (await decide(plane, analyst, 'approve', held.id)).body
    expect(told.says).toMatch('the audit record does not bear out your roles')
    expect(told.next).toMatch('Have your roles given to you again')
    const path = `/api/v1/people/${analyst.id}`
    await rest(plane, plane.petra, 'POST', path, { state: 'suspended' })
    await rest(plane, plane.petra, 'POST', path, { state: 'active' })
    expect(await world.yes(analyst, held.id)).toBe('advised: role_unrecorded')
    expect(await scene.ask('isolate', { target })).toBe(held.needs)
    expect(world.ran(target)).toBe(0)
    const given = await rest(plane, plane.petra, 'POST', path, { roles: ['shift-lead'] })
    expect(given.status).toBe(200)
    expect(await yesOfTheirOwn(analyst, held)).toBe('released')
    await database.liftGuard()
    await database.run('delete from log_entry where idx < 0 or idx >= 1000000')
  })

  it('what an import gives is on record as what is given one by one [R131]', async () => {
    const { held } = await isolation()
    const person = await addPerson(plane.gateway, fresh('imported'), ['analyst'])
    const send = async (kind: string, csv: string) => {
      const answer = await rest(plane, plane.petra, 'POST', `/api/v1/imports/${kind}`, {
        csv,
        dry_run: false,
      })
      expect(answer.body, kind).toMatchObject({ applied: true })
    }
    await send('roles', `email,roles\n${person.email},shift-lead`)
    await send(
      'certificates',
      `email,class,issuer,expires\n${person.email},contain,academy,2099-12-31`,
    )
    await putOnDuty(plane.gateway, plane.clock, { ...person, roles: ['shift-lead'] }, [])
    expect(await yesOfTheirOwn(person, held)).toBe('released')
  })
})
