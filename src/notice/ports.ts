import type { Role } from '../identity/person.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Notice, NoticeKind, NoticeQueue } from '../kernel/notice.ts'
import type { Delivery, DeliveryState } from './delivery.ts'
import type { Message } from './message.ts'

/** Where messages go, and which of them. */
export type Channel = {
  /** `[a-z0-9-]{1,20}`. */
  readonly id: string
  readonly kind: 'webhook' | 'email' | 'slack' | 'teams'
  /** A message for each person, at an address of theirs; else one for everybody who reads there. */
  readonly isPersonal: boolean
  readonly takes: 'everything' | 'pages'
  /** Only what concerns people of these roles; empty: everybody. */
  readonly roles: readonly Role[]
}

/**
 * Sends one message once, in at most 15 seconds. `address` is that of the person on a personal channel. Throws `channel_unreachable`
 * (trying again may help) or `channel_refused` (it will not); neither names an address or a secret.
 */
export type Messenger = {
  readonly channel: Channel
  readonly send: (
    message: Message,
    address: string | undefined,
    signal: AbortSignal,
  ) => Promise<void>
}

export type ListedDelivery = Delivery & { readonly kind: NoticeKind }

/** Notices and what becomes of them. Reads are at least as new as the last commit of this node. */
export type NoticeStore = NoticeQueue & {
  readonly byId: (tenant: string, id: string) => Promise<Notice | undefined>
  /** Not yet planned and not older than `sinceMs`, oldest first. */
  readonly unplanned: (
    tenant: string,
    sinceMs: InstantMs,
    limit: number,
  ) => Promise<readonly Notice[]>
  /** False, changing nothing, when another node planned it first. */
  readonly markPlanned: (tx: Tx, id: string, atMs: InstantMs) => Promise<boolean>
  readonly putDelivery: (tx: Tx, delivery: Delivery) => Promise<void>
  /** Deliveries of the channel that may be begun now, oldest first. */
  readonly due: (
    tenant: string,
    channel: string,
    nowMs: InstantMs,
    limit: number,
  ) => Promise<readonly Delivery[]>
  /** The delivery, with this attempt counted, for `node` alone until `untilMs`; undefined when it is not to be had. */
  readonly claim: (
    tx: Tx,
    id: string,
    claim: { readonly node: string; readonly nowMs: InstantMs; readonly untilMs: InstantMs },
  ) => Promise<Delivery | undefined>
  /** Ends the claim of exactly this attempt. False, changing nothing, when somebody else has it now. */
  readonly settle: (tx: Tx, claimed: Delivery, settled: Delivery) => Promise<boolean>
  /** Newest first. */
  readonly deliveries: (
    tenant: string,
    wanted: { readonly state?: DeliveryState; readonly limit: number },
  ) => Promise<readonly ListedDelivery[]>
}

/** Who a person is in a chat. Whoever can change it can decide in their name where a chat may decide. */
export type ChatAccount = {
  readonly tenant: string
  readonly channel: string
  /** The chat's own id of the person. */
  readonly account: string
  readonly person: string
  readonly linkedAtMs: InstantMs
}

export type ChatStore = {
  readonly accountsOf: (tenant: string, person: string) => Promise<readonly ChatAccount[]>
  readonly byAccount: (
    tenant: string,
    channel: string,
    account: string,
  ) => Promise<ChatAccount | undefined>
  readonly put: (tx: Tx, account: ChatAccount) => Promise<void>
  /**
   * Takes a callback once. Throws `token_replayed` when it was taken before; of two at once exactly one passes.
   * Forgets those from before `forgetBeforeMs`, which are refused for their age.
   */
  readonly spendCallback: (
    tx: Tx,
    callback: {
      readonly channel: string
      readonly digest: string
      readonly receivedAtMs: InstantMs
      readonly forgetBeforeMs: InstantMs
    },
  ) => Promise<void>
}

/** Somebody clicked in a chat. Proves an account of that chat, nothing more. */
export type ChatClick = {
  readonly verb: 'acknowledge' | 'deny' | 'approve'
  readonly account: string
  readonly request: string
  /** The action digest of the message that was clicked. */
  readonly digest: string
  /** Of the raw callback; the same one is taken once. */
  readonly callback: string
  /** Where the chat takes one line for whoever clicked. */
  readonly replyTo?: string
}

export type ChatReader = {
  readonly channel: string
  /**
   * Undefined when it is not signed with this channel's secret. Throws `token_expired` when it is signed and
   * too old, and `request_invalid` or a reading failure when it is signed and makes no sense.
   */
  readonly read: (
    raw: Uint8Array,
    headers: Readonly<Record<string, string | undefined>>,
    nowMs: InstantMs,
  ) => ChatClick | 'ignored' | undefined
  /** Best effort: says one line to whoever clicked. */
  readonly reply: (click: ChatClick, text: string) => Promise<void>
}
