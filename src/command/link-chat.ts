/**
 * Says which person an account of a chat is. Whoever holds the account may then acknowledge and deny in that
 * person's name, and approve where policy lets a chat approve, so nobody links themselves.
 */
import type { PersonStore } from '../identity/ports.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { ChatAccount, ChatStore } from '../notice/ports.ts'
import type { CommandBase, Doer } from './base.ts'
import { actorOf, draft, jsonPayload } from './base.ts'
import { invalid, requireLabel, requireWord } from './input.ts'
import { requirePermission } from './permissions.ts'

export type LinkChatInput = {
  readonly tenant: string
  readonly by: Doer
  readonly person: string
  readonly channel: string
  readonly account: string
}

export type LinkChatDeps = CommandBase & {
  readonly people: PersonStore
  readonly chats: ChatStore
  /** Ids of the configured channels. */
  readonly channels: readonly string[]
}

/** Throws `not_permitted`, `not_found`, `request_invalid`, `conflict` (the account is somebody else's). */
export async function linkChat(
  deps: LinkChatDeps,
  input: LinkChatInput,
): Promise<{ readonly account: ChatAccount; readonly receipt: Receipt }> {
  requirePermission(input.by, 'person.change')
  const { tenant, by } = input
  if (by.kind === 'person' && by.person.id === input.person)
    throw new Failure('not_permitted', 'nobody links themselves')
  const person = await deps.people.byId(tenant, input.person)
  if (person === undefined) throw new Failure('not_found', 'no such person in this tenant')
  if (deps.channels.length === 0) throw invalid('no channel is configured')
  const account: ChatAccount = {
    tenant,
    channel: requireWord('channel', input.channel, deps.channels),
    account: requireLabel('account', input.account),
    person: person.id,
    linkedAtMs: deps.nowMs(),
  }
  const known = await deps.chats.byAccount(tenant, account.channel, account.account)
  if (known !== undefined && known.person !== person.id)
    throw new Failure('conflict', 'this account is linked to somebody else')
  const { receipts } = await deps.commit(tenant, async (tx) => {
    await deps.chats.put(tx, account)
    const entry = draft(deps, 'person.changed', actorOf(by), {
      data: { person: person.id, chat: account.channel },
      payloads: { chat: jsonPayload({ account: account.account }, 'personal') },
    })
    return { value: undefined, entries: [entry] }
  })
  return { account, receipt: receipts[0] }
}
