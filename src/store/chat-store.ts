/** Who people are in a chat, and which of its callbacks were taken (port `ChatStore`). */
import { Failure } from '../kernel/failure.ts'
import type { ChatAccount, ChatStore } from '../notice/ports.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createChatStore(access: Access): ChatStore {
  const accounts = (tenant: string) =>
    access.read(tenant).selectFrom('chat_account').selectAll().where('tenant', '=', tenant)
  return {
    accountsOf: async (tenant, person) => {
      const rows = await accounts(tenant).where('person', '=', person).orderBy('channel').execute()
      return rows.map(accountOf)
    },
    byAccount: async (tenant, channel, account) => {
      const row = await accounts(tenant)
        .where('channel', '=', channel)
        .where('account', '=', account)
        .executeTakeFirst()
      return row === undefined ? undefined : accountOf(row)
    },
    put: async (tx, { tenant, channel, account, person, linkedAtMs }) => {
      const { db } = access.openFor(tx, tenant)
      // One account per person and channel: the new one replaces the one before.
      await db
        .deleteFrom('chat_account')
        .where('tenant', '=', tenant)
        .where('channel', '=', channel)
        .where('person', '=', person)
        .execute()
      const values = { person, linked_at_ms: linkedAtMs }
      await db
        .insertInto('chat_account')
        .values({ tenant, channel, account, ...values })
        .onConflict((conflict) =>
          conflict.columns(['tenant', 'channel', 'account']).doUpdateSet(values),
        )
        .execute()
    },
    spendCallback: async (tx, { channel, digest, receivedAtMs, forgetBeforeMs }) => {
      const { db, tenant } = access.open(tx)
      await db
        .deleteFrom('chat_callback')
        .where('tenant', '=', tenant)
        .where('received_at_ms', '<', forgetBeforeMs)
        .execute()
      const spent = await db
        .insertInto('chat_callback')
        .values({ tenant, channel, digest, received_at_ms: receivedAtMs })
        .onConflict((conflict) => conflict.columns(['tenant', 'channel', 'digest']).doNothing())
        .executeTakeFirst()
      if (spent.numInsertedOrUpdatedRows !== 1n)
        throw new Failure('token_replayed', 'this callback was taken before')
    },
  }
}

function accountOf(row: DB['chat_account']): ChatAccount {
  const { tenant, channel, account, person, linked_at_ms: linkedAtMs } = row
  return { tenant, channel, account, person, linkedAtMs }
}
