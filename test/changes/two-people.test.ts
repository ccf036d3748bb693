import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { expireChanges } from '../../src/command/confirm-change.ts'
import { giveKey, signedBy } from '../harness/passkeys.ts'
import { BASE_URL, openRestGateway, type RestGateway, type Token } from '../harness/rest-gateway.ts'
import { aboveThePorts, forEachEngine } from '../harness/stores.ts'
import { digestNamed } from '../store/samples.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

/** A passkey that somebody vouched for: from now on this person counts as a second one. */
async function prove({ fresh }: RestGateway, { person }: Token): Promise<void> {
  const { store, nextId, clock } = fresh
  await giveKey({ store, nextId, nowMs: clock.nowMs, baseUrl: BASE_URL }, person)
}

type Seen = { readonly id: string; readonly digest: string }
const sign = (by: Token, digest: string) => signedBy(BASE_URL, by.person, digest)

const NEW = { name: 'Mallory', email: 'mallory@soc.example', roles: ['incident-commander'] }

forEachEngine((engine) => {
  async function open() {
    const gateway = await openRestGateway(engine, undo)
    const petra = await gateway.enrol('Petra', ['platform-engineer'])
    const pia = await gateway.enrol('Pia', ['platform-engineer'])
    const dana = await gateway.enrol('Dana', ['shift-lead'])
    const send = async (by: Token, path: string, body?: unknown, headers = {}) => {
      const method = body === undefined ? 'GET' : 'POST'
      const sending = { token: by.token, headers, ...(body === undefined ? {} : { body }) }
      const answer = await gateway.send(method, `/api/v1/${path}`, sending)
      return { status: answer.status, body: answer.json() as Record<string, never> }
    }
    const names = async () =>
      (await gateway.deps.people.list('main')).map(({ name }) => name).sort()
    const entries = async (...types: string[]) => {
      const { size } = await gateway.deps.ledger.head('main')
      const all = await gateway.deps.ledger.entries('main', 0, size)
      const parsed = all.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)))
      return parsed.filter(({ type }) => types.includes(type))
    }
    /** Proposes to register Mallory, and answers the change as the list has it. */
    const propose = async (by = petra) => {
      const headers = { 'countersign-propose': encodeURIComponent('she joins on Monday') }
      expect(await send(by, 'people', NEW, headers)).toMatchObject({
        status: 202,
        body: { code: 'change_proposed' },
      })
      const { changes } = (await send(pia, 'changes?state=proposed')).body as unknown as {
        changes: { id: string; digest: string }[]
      }
      return changes[0] ?? { id: '', digest: '' }
    }
    const confirm = (by: Token, { id, digest }: Seen, signed: object = sign(by, digest)) =>
      send(by, `changes/${id}/confirm`, { seen_digest: digest, ...signed })
    return { gateway, petra, pia, dana, send, names, entries, propose, confirm }
  }

  describe('until a second person has shown themselves', () => {
    it('one makes a change alone, and the record says that it is unproven [R6]', async () => {
      const { petra, send, entries } = await open()
      expect((await send(petra, 'people', NEW)).status).toBe(201)
      const [last] = (await entries('person.registered')).slice(-1)
      expect(last.data).toMatchObject({ proven: false })
      const { kinds } = (await send(petra, 'governance')).body as unknown as {
        kinds: { kind: string; governed: boolean }[]
      }
      expect(kinds.every(({ governed }) => !governed)).toBe(true)
    })
  })

  describe('once there is one', () => {
    it('makes what another has confirmed, in one transaction, attributed to both [R6]', async () => {
      const { gateway, petra, pia, send, names, entries, propose, confirm } = await open()
      await prove(gateway, pia)
      const change = await propose()
      expect(await names()).not.toContain('Mallory')
      expect((await send(pia, `changes/${change.id}`)).body).toMatchObject({
        kind: 'person.register',
        content: NEW,
        reason: 'she joins on Monday',
      })
      const made = await confirm(pia, change)
      expect(made).toMatchObject({ status: 200, body: { change: { state: 'confirmed' } } })
      expect(made.body.token).toMatch(/^cs_person_/)
      expect(await names()).toContain('Mallory')
      const [registered, confirmed] = (
        await entries('person.registered', 'change.confirmed')
      ).slice(-2)
      expect(registered).toMatchObject({
        actor: { id: petra.person.id },
        data: { proven: true },
      })
      expect(confirmed).toMatchObject({
        actor: { id: pia.person.id },
        data: { change: change.id, digest: change.digest, passkey: expect.any(String) },
        cites: [{ id: registered.id }],
      })
      expect(confirmed.commits).toHaveProperty('signature')
      expect(await confirm(pia, change)).toMatchObject({
        status: 409,
        body: { code: 'change_closed' },
      })
    })

    it('says to each reader what they are to it', async () => {
      const { gateway, petra, pia, dana, send } = await open()
      await prove(gateway, pia)
      const paul = await gateway.enrol('Paul', ['platform-engineer'])
      const body = { roles: ['auditor', 'platform-engineer'] }
      await send(petra, `people/${paul.person.id}`, body, { 'countersign-propose': 'roles' })
      const { changes } = (await send(pia, 'changes')).body as unknown as { changes: Seen[] }
      const part = async (by: Token) =>
        (await send(by, `changes/${changes[0]?.id}`)).body.your_part as unknown
      expect(await Promise.all([petra, pia, dana, paul].map(part))).toEqual([
        'proposer',
        'second',
        'not_entitled',
        'subject',
      ])
    })

    it('is made once when two confirm at the same time', async () => {
      const { gateway, pia, names, propose, confirm } = await open()
      const paul = await gateway.enrol('Paul', ['platform-engineer'])
      await prove(gateway, pia)
      await prove(gateway, paul)
      const change = await propose()
      const both = await Promise.all([confirm(pia, change), confirm(paul, change)])
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
      expect((await names()).filter((name) => name === 'Mallory')).toHaveLength(1)
    })

    it('is not confirmed by whom it is about, nor for a proposer who may no longer make it', async () => {
      const { gateway, petra, pia, dana, send, confirm } = await open()
      await prove(gateway, pia)
      const propose = { 'countersign-propose': 'roles' }
      const roles = { roles: ['auditor', 'platform-engineer'] }
      await send(petra, `people/${pia.person.id}`, roles, propose)
      const changes = async () =>
        (await send(pia, 'changes?state=proposed')).body.changes as unknown as {
          id: string
          digest: string
        }[]
      const [about] = await changes()
      expect((await confirm(pia, about ?? { id: '', digest: '' })).body.detail).toMatch(
        /themselves/,
      )
      expect((await send(dana, `people/${petra.person.id}`, { state: 'suspended' })).status).toBe(
        200,
      )
      const paul = await gateway.enrol('Paul', ['platform-engineer'])
      expect((await confirm(paul, about ?? { id: '', digest: '' })).body.code).toBe('not_permitted')
    })

    it.each([
      ['rejected by another', 'pia'],
      ['taken back by its proposer', 'petra'],
    ] as const)('can be %s, with a reason on record', async (_what, who) => {
      const all = await open()
      await prove(all.gateway, all.pia)
      const change = await all.propose()
      const path = `changes/${change.id}/reject`
      expect((await all.send(all[who], path, { reason: 'not now' })).body.change).toMatchObject({
        state: 'rejected',
        decided_by: all[who].person.id,
      })
      expect((await all.confirm(all.pia, change)).body.code).toBe('change_closed')
      expect(await all.entries('change.rejected')).toHaveLength(1)
    })

    it('expires after three days, confirmed by nobody', async () => {
      const { gateway, pia, names, entries, propose, confirm } = await open()
      await prove(gateway, pia)
      const change = await propose()
      gateway.fresh.clock.advance(72 * 3_600_000)
      expect((await confirm(pia, change)).body.code).toBe('change_closed')
      await expireChanges(gateway.deps, 'main')
      await expireChanges(gateway.deps, 'main')
      expect(await entries('change.expired')).toHaveLength(1)
      expect(await names()).not.toContain('Mallory')
    })

    it('is made alone in an emergency: on record, paged, and reviewed by somebody else', async () => {
      const { gateway, petra, pia, send, names, entries } = await open()
      await prove(gateway, pia)
      const emergency = { 'countersign-emergency': encodeURIComponent('nobody reachable – breach') }
      expect((await send(petra, 'people', NEW, emergency)).status).toBe(201)
      expect(await names()).toContain('Mallory')
      const [registered, alone] = (await entries('person.registered', 'change.made_alone')).slice(
        -2,
      )
      expect(registered.data.proven).toBe(false)
      const since = gateway.fresh.clock.nowMs() - 1
      const pages = await gateway.deps.notices.unplanned('main', since, 10)
      expect(
        pages.every(({ kind, urgency }) => `${kind} ${urgency}` === 'change.proposed page'),
      ).toBe(true)
      expect(new Set(pages.map(({ to }) => to))).toEqual(
        new Set([{ role: 'platform-engineer' }, { role: 'incident-commander' }]),
      )
      const path = `changes/${alone.data.change}/review`
      const verdict = { verdict: 'upheld', reason: 'there was nobody else' }
      expect((await send(petra, path, verdict)).body.code).toBe('not_permitted')
      expect((await send(pia, 'governance')).body.unreviewed).toHaveLength(1)
      expect((await send(pia, path, verdict)).body.change).toMatchObject({ state: 'reviewed' })
      expect((await send(pia, 'governance')).body.unreviewed).toEqual([])
    })

    aboveThePorts(engine, () => {
      it('refuses a change by one person and says how it is done, and nothing changed [R6]', async () => {
        const { gateway, petra, pia, send, names } = await open()
        await prove(gateway, pia)
        const before = await names()
        const refused = await send(petra, 'people', NEW)
        expect(refused).toMatchObject({ status: 409, body: { code: 'second_person_needed' } })
        expect(refused.body.next).toContain('--propose')
        expect(await names()).toEqual(before)
      })

      it('is not confirmed by its proposer, by somebody not entitled, or unseen', async () => {
        const { gateway, petra, pia, dana, names, propose, confirm } = await open()
        await prove(gateway, pia)
        const change = await propose()
        expect((await confirm(petra, change)).body.code).toBe('not_permitted')
        expect((await confirm(dana, change)).body.code).toBe('not_permitted')
        const other = { ...change, digest: digestNamed('0') }
        expect((await confirm(pia, other)).body.code).toBe('seen_digest_mismatch')
        expect(await names()).not.toContain('Mallory')
      })

      it('is not confirmed by a token alone: whoever registered them was handed it', async () => {
        const { gateway, pia, names, entries, propose, confirm } = await open()
        await prove(gateway, pia)
        const change = await propose()
        const bare = await confirm(pia, change, {})
        expect(bare).toMatchObject({ status: 403, body: { code: 'passkey_required' } })
        expect(bare.body.next).toMatch(/console/)
        const other = sign(pia, digestNamed('0'))
        expect((await confirm(pia, change, other)).body.code).toBe('signature_invalid')
        const paul = await gateway.enrol('Paul', ['platform-engineer'])
        expect((await confirm(paul, change)).body.code).toBe('passkey_unknown')
        expect((await confirm(paul, change, sign(pia, change.digest))).body.code).toBe(
          'passkey_unknown',
        )
        expect(await names()).not.toContain('Mallory')
        expect((await entries('access.refused')).map(({ data }) => data.reason)).toEqual([
          'signature_invalid',
          'passkey_unknown',
          'passkey_unknown',
        ])
        expect((await confirm(pia, change)).status).toBe(200)
      })

      it('leaves halting acts to one person [R146]', async () => {
        const { gateway, pia, dana, petra, send } = await open()
        await prove(gateway, pia)
        await prove(gateway, petra)
        expect((await send(dana, `people/${petra.person.id}`, { state: 'suspended' })).status).toBe(
          200,
        )
      })

      it('stays so when the second one is suspended', async () => {
        const { gateway, petra, pia, send } = await open()
        await prove(gateway, pia)
        await send(petra, `people/${pia.person.id}`, { state: 'suspended' })
        expect((await send(petra, 'people', NEW)).body.code).toBe('second_person_needed')
      })

      it('needs a reason that can be read, and one way only', async () => {
        const { gateway, petra, pia, send } = await open()
        await prove(gateway, pia)
        const code = async (headers: Record<string, string>) =>
          (await send(petra, 'people', NEW, headers)).body.code
        expect(await code({ 'countersign-propose': '%20' })).toBe('reason_required')
        expect(await code({ 'countersign-propose': '%ff' })).toBe('request_invalid')
        expect(await code({ 'countersign-propose': 'a', 'countersign-emergency': 'b' })).toBe(
          'request_invalid',
        )
      })
    })
  })
})

describe('no face makes a governed change by itself', () => {
  const commands =
    /\b(registerPerson|changePerson|putCertificate|putShift|linkChat|putAsset|publishPolicy|registerAgent|changeAgentState|changeAgentMode|changeAgentGrants|addAgentKey)\(/
  const files = globSync('src/faces/**/*.ts', { cwd: resolve(import.meta.dirname, '../..') })

  it('but asks for it where two people are counted', () => {
    expect(files.length).toBeGreaterThan(40)
    const found = files.filter((file) =>
      commands.test(readFileSync(resolve(import.meta.dirname, '../..', file), 'utf8')),
    )
    expect(found).toEqual([])
  })
})
