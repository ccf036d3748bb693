/**
 * A click in a chat becomes a person's decision, or a no with a reason. The chat proves an account; the link
 * made here says which person that is; whether they may decide is tested as everywhere. A yes in a chat counts
 * only where policy says so for the class, and never from `contain` up.
 */

import type { ApprovalStore } from '../approval/ports.ts'
import type { Person } from '../identity/person.ts'
import type { PersonStore } from '../identity/ports.ts'
import { FAILURES, Failure } from '../kernel/failure.ts'
import type { ChatClick, ChatStore } from '../notice/ports.ts'
import { type CommandBase, draft } from './base.ts'
import { findRequest } from './decision-parts.ts'
import type { ApprovalCommands, DecisionOutcome } from './decision-ports.ts'

export type ChatParts = Pick<CommandBase, 'commit' | 'nowMs' | 'nextId'> & {
  readonly chats: ChatStore
  readonly people: PersonStore
  readonly approvals: ApprovalStore
  readonly decisions: Pick<ApprovalCommands, 'acknowledge' | 'deny' | 'approve'>
  readonly mayApproveInChat: MayApproveInChat
}

/** Whether policy lets a chat say yes to this class now. */
export type MayApproveInChat = (tenant: string, action: string, effect: string) => Promise<boolean>

/** Twice the age at which a callback is refused anyway. */
const REMEMBERED_MS = 10 * 60_000
const DENIED = 'Denied from the chat, without a reason.'
const APPROVED = 'Approved from the chat.'

/** What whoever clicked is told. Throws `token_replayed` for a callback that was taken before. */
export async function decideFromChat(
  parts: ChatParts,
  tenant: string,
  channel: string,
  click: ChatClick,
): Promise<string> {
  const person = await personBehind(parts, tenant, channel, click.account)
  await receive(parts, tenant, channel, click, person)
  if (person === undefined)
    return 'This account is not linked to a person here, so nothing was done. Ask your platform engineer.'
  try {
    return sentenceOf(click, await decide(parts, tenant, person, click))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return `Not done: ${FAILURES[error.code].title.toLowerCase()}. ${FAILURES[error.code].next}`
  }
}

async function personBehind(
  { chats, people }: ChatParts,
  tenant: string,
  channel: string,
  account: string,
): Promise<Person | undefined> {
  const link = await chats.byAccount(tenant, channel, account)
  if (link === undefined) return undefined
  const person = await people.byId(tenant, link.person)
  return person?.state === 'active' ? person : undefined
}

/**
 * The click is on record and spent before anything rests on it. A crash after this and before the decision
 * loses the click, never doubles it; who clicked sees no answer and clicks again.
 */
async function receive(
  parts: ChatParts,
  tenant: string,
  channel: string,
  { callback, verb, request }: ChatClick,
  person: Person | undefined,
): Promise<void> {
  const receivedAtMs = parts.nowMs()
  const forgetBeforeMs = receivedAtMs - REMEMBERED_MS
  // Only a request of ours: what a button carries came back through a stranger's hands.
  const found = await parts.approvals.byId(tenant, request)
  await parts.commit(tenant, async (tx) => {
    await parts.chats.spendCallback(tx, {
      ...{ channel, digest: callback, receivedAtMs, forgetBeforeMs },
    })
    const actor =
      person === undefined
        ? ({ kind: 'system', id: 'chat' } as const)
        : ({ kind: 'person', id: person.id } as const)
    const entry = draft(parts, 'chat.received', actor, {
      ...(found === undefined ? {} : { caseId: found.caseId }),
      data: {
        ...{ channel, verb, linked: person !== undefined, callback },
        ...(found === undefined ? {} : { request: found.id }),
      },
    })
    return { value: undefined, entries: [entry] }
  })
}

async function decide(
  parts: ChatParts,
  tenant: string,
  person: Person,
  { verb, request: requestId, digest: seenDigest }: ChatClick,
): Promise<DecisionOutcome> {
  const { acknowledge, deny, approve } = parts.decisions
  if (verb === 'acknowledge') return acknowledge({ tenant, person, requestId })
  if (verb === 'deny') return deny({ tenant, person, requestId, seenDigest, reason: DENIED })
  const { action, effect } = await findRequest(parts, tenant, requestId)
  if (!(await parts.mayApproveInChat(tenant, action, effect)))
    throw new Failure('chat_may_not_approve', `policy does not let a chat approve ${action}`)
  return approve({ tenant, person, requestId, seenDigest, reason: APPROVED })
}

function sentenceOf({ verb }: ChatClick, { kind, failing }: DecisionOutcome): string {
  if (kind === 'advised')
    return `Recorded as advice; it releases nothing, because you may not decide this (${failing}).`
  if (kind === 'co-signed') return 'Your signature counts; another one is still missing.'
  if (verb === 'acknowledge') return 'On record: you are on it.'
  return verb === 'deny' ? 'Denied.' : 'Approved.'
}
