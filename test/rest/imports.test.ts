import { afterEach, describe, expect, it } from 'vitest'
import { isGroupMailbox } from '../../src/identity/mailbox.ts'
import { openRestGateway } from '../harness/rest-gateway.ts'
import { forEachEngine } from '../harness/stores.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

type Answer = {
  readonly applied: boolean
  readonly counts: { readonly new: number; readonly changed: number; readonly unchanged: number }
  readonly rows: readonly {
    readonly line: number
    readonly change: string
    readonly what: string
  }[]
  readonly faults: readonly {
    readonly line: number
    readonly column?: string
    readonly problem: string
  }[]
  readonly faulty: number
  readonly code?: string
}

const PEOPLE = [
  'name,email,roles',
  'Dana Okafor,dana.okafor@soc.example,shift-lead; analyst',
  'Erik Ost,erik@soc.example,analyst',
]

forEachEngine((engine) => {
  async function open() {
    const gateway = await openRestGateway(engine, undo)
    const petra = await gateway.enrol('Petra', ['platform-engineer'])
    const send = async (
      kind: string,
      lines: readonly string[] | string,
      isDry = false,
      by = petra,
    ) => {
      const csv = typeof lines === 'string' ? lines : lines.join('\n')
      const body = { csv, dry_run: isDry }
      const answer = await gateway.send('POST', `/api/v1/imports/${kind}`, {
        token: by.token,
        body,
      })
      return answer.json() as unknown as Answer
    }
    const people = async () =>
      (await gateway.deps.people.list('main')).map(({ email, roles }) => `${email} ${roles.join()}`)
    return { gateway, petra, send, people }
  }

  describe('an import', () => {
    it('says in a dry run what it would do, and does it only when told', async () => {
      const { send, people, gateway } = await open()
      const size = await gateway.size()
      const dry = await send('people', PEOPLE, true)
      expect(dry).toMatchObject({ applied: false, counts: { new: 2, changed: 0, unchanged: 0 } })
      expect(dry.rows[0]).toEqual({
        line: 2,
        change: 'new',
        what: 'dana.okafor@soc.example: analyst shift-lead',
      })
      expect(await gateway.size()).toBe(size)
      expect(await send('people', PEOPLE)).toMatchObject({ applied: true, faulty: 0 })
      expect(await people()).toContain('dana.okafor@soc.example analyst,shift-lead')
      expect((await gateway.types()).slice(-2)).toEqual(['person.registered', 'person.registered'])
    })

    it('changes nothing the second time', async () => {
      const { send, gateway } = await open()
      await send('people', PEOPLE)
      const size = await gateway.size()
      expect((await send('people', PEOPLE)).counts).toEqual({ new: 0, changed: 0, unchanged: 2 })
      expect(await gateway.size()).toBe(size)
    })

    it('names every fault by line and column, and then applies nothing at all [R133]', async () => {
      const { send, people, gateway } = await open()
      const before = await people()
      const size = await gateway.size()
      const { faults, applied } = await send('people', [
        ...PEOPLE,
        'SOC Desk,soc@soc.example,analyst',
        'Fay Gale,fay@soc.example,overlord',
        'Gus Hill,erik@soc.example,analyst',
        '=HYPERLINK(1),hal@soc.example,analyst',
        'Ida Jay,ida@soc.example',
        'Kim\u202e Lo,kim@soc.example,analyst',
        'Lee Moe,nowhere,',
      ])
      expect(applied).toBe(false)
      expect(faults.map(({ line, column }) => [line, column])).toEqual([
        [4, 'email'],
        [5, 'roles'],
        [6, 'email'],
        [7, 'name'],
        [8, undefined],
        [9, 'name'],
        [10, 'email'],
        [10, 'roles'],
      ])
      expect(faults[0]?.problem).toContain('a group, a queue or a program')
      expect(faults[2]?.problem).toBe('the same person as in line 3')
      expect(await people()).toEqual(before)
      expect(await gateway.size()).toBe(size)
    })

    it('reads what spreadsheets write: a mark, CRLF, quotes, columns in any order', async () => {
      const { send, people } = await open()
      const csv = '\ufeffroles,"email",NAME\r\n"analyst","ANN@soc.example","Berg, ""Ann"""\r\n\r\n'
      expect(await send('people', csv)).toMatchObject({ applied: true, counts: { new: 1 } })
      expect(await people()).toContain('ann@soc.example analyst')
    })

    it.each([
      ['a column that is missing', 'name,email\na,b', 'roles'],
      ['a column nobody knows', 'name,email,roles,token\na,b,c,d', 'token'],
      ['a column twice', 'name,email,roles,roles\na,b,c,d', 'roles'],
      ['a quote that never ends', 'name,email,roles\n"a,b@c,analyst', undefined],
    ])('refuses %s', async (_what, csv, column) => {
      const { send } = await open()
      const { faults, applied } = await send('people', csv)
      expect(applied).toBe(false)
      expect(faults).toHaveLength(1)
      expect(faults[0]?.column).toBe(column)
    })

    it('gives roles and certificates to people who are known, and to nobody by themselves', async () => {
      const { send, people, gateway, petra } = await open()
      await send('people', PEOPLE)
      await send('roles', ['email,roles', 'erik@soc.example,analyst tier3-analyst'])
      expect(await people()).toContain('erik@soc.example analyst,tier3-analyst')
      const own = `${petra.person.email},incident-commander`
      expect((await send('roles', ['email,roles', own])).faults[0]?.problem).toContain('their own')
      const heading = 'email,class,issuer,expires'
      const wrong = await send('certificates', [
        heading,
        'erik@soc.example,contain,academy,2027-02-30',
        'erik@soc.example,contain,academy,2020-01-01',
        'nobody@soc.example,contain,academy,2030-01-01',
        `${petra.person.email},contain,academy,2030-01-01`,
      ])
      expect(wrong.faults.map(({ line, column }) => [line, column])).toEqual([
        [2, 'expires'],
        [3, 'expires'],
        [4, 'email'],
        [5, 'email'],
      ])
      await send('certificates', [heading, 'erik@soc.example,contain,academy,2030-01-31'])
      const erik = (await gateway.deps.people.list('main')).find(({ name }) => name === 'Erik Ost')
      expect(await gateway.deps.people.certificates('main', erik?.id ?? '')).toMatchObject([
        { actionClass: 'contain', issuer: 'academy', expiresAtMs: Date.UTC(2030, 1, 1) },
      ])
    })

    it('is refused to whoever may not make the changes one by one', async () => {
      const { send, gateway } = await open()
      const dana = await gateway.enrol('Dana', ['shift-lead'])
      expect((await send('people', PEOPLE, true, dana)).code).toBe('not_permitted')
    })

    it('takes ten thousand assets in one transaction', async () => {
      const { send, gateway } = await open()
      const rows = Array.from(
        { length: 10_000 },
        (_, at) => `device,host-${at},${at % 6},lab,no,a|b`,
      )
      const heading = 'kind,name,criticality,environment,never_touch,labels'
      expect(await send('assets', [heading, ...rows])).toMatchObject({
        applied: true,
        counts: { new: 10_000 },
      })
      expect(await gateway.deps.assets.byName('main', 'device', 'host-9999')).toMatchObject({
        criticality: 3,
        labels: ['a', 'b'],
        isNeverTouch: false,
      })
      const bad = [heading, ...rows, 'device,host-3,9,moon,maybe,x']
      const { faults } = await send('assets', bad)
      expect(faults.map(({ column }) => column)).toEqual([
        'criticality',
        'environment',
        'never_touch',
      ])
    }, 120_000)
  })
})

describe('an address', () => {
  it.each([
    'soc@x.example',
    'alerts@x.example',
    'no-reply@x.example',
    'tier2-queue@x.example',
    'soc-team@x.example',
    'svc.triage@x.example',
    'triage-bot@x.example',
    'oncall+emea@x.example',
  ])('%s is of nobody in particular [R133]', (email) => {
    expect(isGroupMailbox(email)).toBe(true)
  })

  it.each(['dana.okafor@x.example', 'abbott@x.example', 'sanchez@soc.example', 'teamer@x.example'])(
    '%s may be of a person',
    (email) => expect(isGroupMailbox(email)).toBe(false),
  )
})
