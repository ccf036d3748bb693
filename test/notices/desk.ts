/** Delivery on a real store with a clock that only moves when told, one person on duty, and a request to tell of. */

import { makeNoticeDelivery, type NoticeDelivery } from '../../src/command/notice-delivery.ts'
import type { Person } from '../../src/identity/person.ts'
import type { Notice } from '../../src/kernel/notice.ts'
import type { Messenger } from '../../src/notice/ports.ts'
import type { Store } from '../../src/store/store.ts'
import { quiet } from '../harness/quiet.ts'
import type { Fresh } from '../harness/stores.ts'
import { entryDraft } from '../harness/stores.ts'
import { aPerson, aRequest } from '../store/samples.ts'

export const BASE_URL = 'https://gateway.example'
const NEVER = new AbortController().signal

export type Desk = {
  readonly fresh: Fresh
  readonly dana: Person
  /** Delivery as a node runs it; another node on the same store has another name. */
  readonly node: (name: string, store?: Store) => NoticeDelivery
  readonly tell: (more?: Partial<Notice>) => Promise<Notice>
  /** Plans, then sends once what is due on every channel. */
  readonly run: (delivery: NoticeDelivery) => Promise<void>
  readonly states: () => Promise<readonly string[]>
  readonly events: () => Promise<readonly Record<string, unknown>[]>
}

export async function openDesk(fresh: Fresh, messengers: readonly Messenger[]): Promise<Desk> {
  const { store, clock, nextId } = fresh
  const dana = aPerson(fresh, { name: 'Dana', email: 'dana@soc.example' })
  const request = aRequest(fresh, {
    state: 'pending',
    expiresAtMs: clock.nowMs() + 4 * 3_600_000,
    owner: dana.id,
  })
  await store.commit('main', async (tx) => {
    await store.people.put(tx, dana)
    await store.approvals.put(tx, request)
    return { value: 0, entries: [entryDraft(fresh)] }
  })
  const node = (name: string, on: Store = store) => {
    const place = { clock, nextId, node: name, log: quiet, baseUrl: BASE_URL }
    return makeNoticeDelivery({ ...on, ...place, messengers, mayApproveInChat: async () => false })
  }
  const read = async () => {
    const { size } = await store.ledger.head('main')
    const entries = await store.ledger.entries('main', 0, size)
    return entries.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)))
  }
  return {
    fresh,
    dana,
    node,
    tell: async (more = {}) => {
      const notice: Notice = {
        tenant: 'main',
        id: nextId(),
        kind: 'approval.requested',
        urgency: 'page',
        to: { person: dana.id },
        about: { request: request.id },
        atMs: clock.nowMs(),
        ...more,
      }
      await store.commit('main', async (tx) => {
        await store.notices.put(tx, notice)
        return { value: 0, entries: [entryDraft(fresh)] }
      })
      return notice
    },
    run: async ({ plan, lanes }) => {
      await plan('main')
      for (const lane of lanes) await lane.run('main', NEVER)
    },
    states: async () => {
      const all = await store.notices.deliveries('main', { limit: 100 })
      return all.map(({ state, attempts }) => `${state} ${attempts}`)
    },
    events: async () => (await read()).filter(({ type }) => type.startsWith('notice.')),
  }
}
