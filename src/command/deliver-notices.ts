/**
 * From a notice to messages that left. Two steps, both for a timer: `planNotices` makes one delivery per
 * channel and recipient, `deliverOn` sends what is due on one channel. Every node runs both; rows decide who
 * does what, so that no message is sent by two nodes at once and none is forgotten by one that died.
 */
import type { PersonStore } from '../identity/ports.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Commit } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import type { NextId } from '../kernel/ids.ts'
import type { Log } from '../kernel/log.ts'
import type { Notice } from '../kernel/notice.ts'
import { type Delivery, nextAttemptAt } from '../notice/delivery.ts'
import { messageOf } from '../notice/message.ts'
import type { Channel, Messenger, NoticeStore } from '../notice/ports.ts'
import { recipientsOf, route } from '../notice/route.ts'
import type { RosterStore } from '../roster/roster.ts'
import type { Described } from './describe-notice.ts'

export type DeliverParts = {
  readonly commit: Commit
  readonly clock: Clock
  readonly nextId: NextId
  readonly node: string
  readonly log: Log
  readonly baseUrl: string
  readonly notices: NoticeStore
  readonly people: PersonStore
  readonly roster: RosterStore
  readonly messengers: readonly Messenger[]
  readonly describe: (notice: Notice) => Promise<Described>
  /** Where a person is found on a personal channel; undefined when nobody said. */
  readonly addressOf: (
    tenant: string,
    channel: Channel,
    person: string,
  ) => Promise<string | undefined>
}

/** Older notices are history, not news: a channel that is set up today is not flooded with last week. */
const NEWS_MS = 24 * 3_600_000
const BATCH = 50
/** Four times what a channel may take, so that a claim runs out only when its node is gone. */
const CLAIM_MS = 60_000

/** Does nothing while there is no channel. Returns how many notices were planned. */
export async function planNotices(parts: DeliverParts, tenant: string): Promise<number> {
  if (parts.messengers.length === 0) return 0
  const nowMs = parts.clock.nowMs()
  const fresh = await parts.notices.unplanned(tenant, nowMs - NEWS_MS, BATCH)
  for (const notice of fresh) await unlessTaken(planOne(parts, notice))
  return fresh.length
}

async function planOne(parts: DeliverParts, notice: Notice): Promise<void> {
  const { tenant } = notice
  const nowMs = parts.clock.nowMs()
  const [people, onDuty] = await Promise.all([
    parts.people.list(tenant),
    parts.roster.onDuty(tenant, nowMs),
  ])
  const recipients = recipientsOf(notice.to, people, onDuty)
  const known = new Set<string>()
  const channels = parts.messengers.map(({ channel }) => channel)
  for (const channel of channels.filter(({ isPersonal }) => isPersonal)) {
    for (const { id } of recipients) {
      const address = await parts.addressOf(tenant, channel, id)
      if (address !== undefined) known.add(`${channel.id} ${id}`)
    }
  }
  const planned = route(notice, channels, recipients, (channel, { id }) =>
    known.has(`${channel.id} ${id}`),
  )
  await parts.commit(tenant, async (tx) => {
    if (!(await parts.notices.markPlanned(tx, notice.id, nowMs))) throw taken()
    for (const each of planned) {
      await parts.notices.putDelivery(tx, {
        tenant,
        id: parts.nextId(),
        notice: notice.id,
        state: 'due',
        attempts: 0,
        dueAtMs: nowMs,
        createdAtMs: nowMs,
        ...each,
      })
    }
    const { kind, urgency } = notice
    const entry =
      planned.length > 0
        ? entryOf(parts, 'notice.planned', notice, { kind, urgency, deliveries: planned.length })
        : entryOf(parts, 'notice.dropped', notice, {
            reason: recipients.length === 0 ? 'nobody' : 'no_channel',
          })
    return { value: undefined, entries: [entry] }
  })
}

/** Sends what is due on one channel, one after the other. Returns how many were tried. */
export async function deliverOn(
  parts: DeliverParts,
  tenant: string,
  messenger: Messenger,
  stop: AbortSignal,
): Promise<number> {
  const nowMs = parts.clock.nowMs()
  const due = await parts.notices.due(tenant, messenger.channel.id, nowMs, BATCH)
  for (const delivery of due) {
    if (stop.aborted) break
    await unlessTaken(deliverOne(parts, delivery, messenger, stop))
  }
  return due.length
}

/**
 * Crash before the claim: nothing happened. Between claim and settling: perhaps it was sent; after the claim
 * has run out it is sent again under the same id.
 */
async function deliverOne(
  parts: DeliverParts,
  due: Delivery,
  messenger: Messenger,
  stop: AbortSignal,
): Promise<void> {
  const notice = await parts.notices.byId(due.tenant, due.notice)
  if (notice === undefined) throw new Failure('internal', 'a delivery without its notice')
  const claimed = await claim(parts, due, notice)
  const settled = await attempt(parts, claimed, notice, messenger, stop)
  if (settled === undefined) return
  await parts.commit(due.tenant, async (tx) => {
    if (!(await parts.notices.settle(tx, claimed, settled))) throw taken()
    return { value: undefined, entries: [settledEntry(parts, notice, settled)] }
  })
}

async function claim(parts: DeliverParts, due: Delivery, notice: Notice): Promise<Delivery> {
  const { value } = await parts.commit(due.tenant, async (tx) => {
    const nowMs = parts.clock.nowMs()
    const untilMs = nowMs + CLAIM_MS
    const claimed = await parts.notices.claim(tx, due.id, { node: parts.node, nowMs, untilMs })
    if (claimed === undefined) throw taken()
    const { id: delivery, channel, attempts } = claimed
    const entry = entryOf(parts, 'notice.attempted', notice, {
      delivery,
      channel,
      attempt: attempts,
    })
    return { value: claimed, entries: [entry] }
  })
  return value
}

/** Undefined when the gateway closes in the middle: the claim runs out, and the next one tries again. */
async function attempt(
  parts: DeliverParts,
  claimed: Delivery,
  notice: Notice,
  { channel, send }: Messenger,
  stop: AbortSignal,
): Promise<Delivery | undefined> {
  const { claimedBy: _, claimedUntilMs: __, ...free } = claimed
  const now = () => parts.clock.nowMs()
  try {
    const described = await parts.describe(notice)
    if ('moot' in described)
      return { ...free, state: 'dropped', error: described.moot, settledAtMs: now() }
    const address =
      claimed.person === undefined
        ? undefined
        : await parts.addressOf(notice.tenant, channel, claimed.person)
    if (claimed.person !== undefined && address === undefined)
      return { ...free, state: 'dropped', error: 'no_address', settledAtMs: now() }
    const { baseUrl } = parts
    const message = messageOf({ id: claimed.id, baseUrl, notice }, described.facts)
    await send(message, address, stop)
    return { ...free, state: 'sent', settledAtMs: now() }
  } catch (error) {
    if (stop.aborted) return undefined
    const code = codeOf(error)
    parts.log.warn({ channel: channel.id, delivery: claimed.id, code, err: error }, 'not delivered')
    const nextMs = code === 'channel_refused' ? undefined : nextAttemptAt(claimed.attempts, now())
    return nextMs === undefined
      ? { ...free, state: 'dead', error: code, settledAtMs: now() }
      : { ...free, error: code, dueAtMs: nextMs }
  }
}

function settledEntry(parts: DeliverParts, notice: Notice, settled: Delivery): EntryDraft {
  const { id: delivery, channel, attempts: attempt, error = 'internal', state } = settled
  if (state === 'sent') return entryOf(parts, 'notice.sent', notice, { delivery, channel, attempt })
  if (state === 'dropped')
    return entryOf(parts, 'notice.dropped', notice, { delivery, channel, reason: error })
  const final = state === 'dead'
  return entryOf(parts, 'notice.failed', notice, { delivery, channel, attempt, error, final })
}

function entryOf(
  parts: DeliverParts,
  type: 'notice.planned' | 'notice.attempted' | 'notice.sent' | 'notice.failed' | 'notice.dropped',
  { id, about }: Notice,
  data: EntryDraft['data'],
): EntryDraft {
  return {
    id: parts.nextId(),
    type,
    atMs: parts.clock.nowMs(),
    actor: { kind: 'system', id: 'notices' },
    ...(about.caseId === undefined ? {} : { caseId: about.caseId }),
    data: { notice: id, ...data },
  }
}

/** Another node was there first, which is all right. */
const taken = () => new Failure('conflict', 'another node has it')

async function unlessTaken(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (codeOf(error) !== 'conflict') throw error
  })
}
