/** Delivery bound to its ports: what the timers run. */
import type { PersonStore } from '../identity/ports.ts'
import type { Channel, ChatStore } from '../notice/ports.ts'
import { type DeliverParts, deliverOn, planNotices } from './deliver-notices.ts'
import { type DescribeDeps, describeNotice } from './describe-notice.ts'

export type NoticeDelivery = {
  readonly plan: (tenant: string) => Promise<number>
  /** One per channel, so that a slow one delays no other. */
  readonly lanes: readonly {
    readonly channel: string
    readonly run: (tenant: string, stop: AbortSignal) => Promise<number>
  }[]
}

export function makeNoticeDelivery(
  given: Omit<DeliverParts, 'describe' | 'addressOf'> &
    DescribeDeps & { readonly chats: ChatStore },
): NoticeDelivery {
  const parts: DeliverParts = {
    ...given,
    describe: (notice) => describeNotice(given, notice, given.clock.nowMs()),
    addressOf: (tenant, channel, person) => addressOf(given, tenant, channel, person),
  }
  return {
    plan: (tenant) => planNotices(parts, tenant),
    lanes: given.messengers.map((messenger) => ({
      channel: messenger.channel.id,
      run: (tenant, stop) => deliverOn(parts, tenant, messenger, stop),
    })),
  }
}

async function addressOf(
  { people, chats }: { readonly people: PersonStore; readonly chats: ChatStore },
  tenant: string,
  { id, kind }: Channel,
  person: string,
): Promise<string | undefined> {
  if (kind === 'email') return (await people.byId(tenant, person))?.email
  const accounts = await chats.accountsOf(tenant, person)
  return accounts.find(({ channel }) => channel === id)?.account
}
