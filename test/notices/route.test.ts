import { describe, expect, it } from 'vitest'
import { messageOf } from '../../src/notice/message.ts'
import type { Channel } from '../../src/notice/ports.ts'
import { recipientsOf, route } from '../../src/notice/route.ts'
import { aPerson } from '../store/samples.ts'

let used = 0
const nextId = () => `id-${++used}`
const person = (name: string, roles: readonly string[], state: 'active' | 'suspended' = 'active') =>
  aPerson({ nextId }, { id: name, name, roles: roles as never, state })
const dana = person('dana', ['shift-lead'])
const erik = person('erik', ['shift-lead', 'analyst'])
const zoe = person('zoe', ['shift-lead'], 'suspended')
const ines = person('ines', ['incident-commander'])
const people = [dana, erik, zoe, ines]
const shift = (role: string, who: string) =>
  ({
    role,
    person: who,
    tenant: 'main',
    id: who,
    fromMs: 0,
    toMs: 9,
    precedence: 0,
    source: 's',
  }) as never
const names = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id)

describe('who is meant', () => {
  it('by a role is whoever is on duty for it', () => {
    const duty = [shift('shift-lead', 'erik'), shift('incident-commander', 'ines')]
    expect(names(recipientsOf({ role: 'shift-lead' }, people, duty))).toEqual(['erik'])
  })

  it('by a role nobody is on duty for is everybody who holds it', () => {
    expect(names(recipientsOf({ role: 'shift-lead' }, people, []))).toEqual(['dana', 'erik'])
    const stranger = [shift('shift-lead', 'ines')]
    expect(names(recipientsOf({ role: 'shift-lead' }, people, stranger))).toEqual(['dana', 'erik'])
  })

  it('is never somebody who is suspended', () => {
    expect(recipientsOf({ person: 'zoe' }, people, [])).toEqual([])
    const duty = [shift('shift-lead', 'zoe')]
    expect(names(recipientsOf({ role: 'shift-lead' }, people, duty))).toEqual(['dana', 'erik'])
  })
})

describe('on which channels', () => {
  const channel = (id: string, more: Partial<Channel> = {}): Channel => ({
    ...{ id, kind: 'webhook', isPersonal: false, takes: 'everything', roles: [] },
    ...more,
  })
  const page = { urgency: 'page', to: { role: 'shift-lead' } } as const
  const inform = { urgency: 'inform', to: { person: 'erik' } } as const
  const channels = [
    channel('all'),
    channel('pager', { takes: 'pages' }),
    channel('mail', { kind: 'email', isPersonal: true }),
    channel('leads', { roles: ['shift-lead'] }),
    channel('commanders', { roles: ['incident-commander'] }),
  ]
  const to = (notice: typeof page | typeof inform, found: readonly (typeof dana)[]) =>
    route(notice, channels, found, (_channel, { id }) => id !== 'dana').map(
      ({ channel: id, person: who }) => (who === undefined ? id : `${id} ${who}`),
    )

  it('a page goes to shared channels once and to people where they can be found', () => {
    expect(to(page, [dana, erik])).toEqual(['all', 'pager', 'mail erik', 'leads'])
  })

  it('what can wait stays off the pager', () => {
    expect(to(inform, [erik])).toEqual(['all', 'mail erik', 'leads'])
  })

  it('nothing is posted about nobody', () => {
    expect(to(page, [])).toEqual([])
  })
})

describe('what a message says', () => {
  const place = {
    id: 'd-1',
    baseUrl: 'https://gw.example',
    notice: { kind: 'approval.requested', urgency: 'page', about: { request: 'r-1' }, atMs: 0 },
  } as const

  it('shows every character of a name somebody else chose', () => {
    const { sentence } = messageOf(place, { agent: 'tri\u202eage\u0007', action: 'deny:ipv4_net' })
    expect(sentence).toBe('Agent tri\\u{202e}age\\u{7} waits for your decision on deny:ipv4_net.')
  })

  it('says that it cannot be undone, and until when it can be decided', () => {
    const facts = { effect: 'destructive', isIrreversible: true, decideByMs: 1_782_900_000_000 }
    expect(messageOf(place, facts).details).toEqual([
      { label: 'Effect', value: 'destructive, cannot be undone' },
      { label: 'Decide by', value: '2026-07-01 10:00:00 UTC' },
    ])
  })
})
