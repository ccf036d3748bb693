/**
 * When the connection breaks while a commit is under way, nobody knows whether it happened. The answer is in
 * the database: the lost transaction held the head of the log, so once we get that lock it has ended, and its
 * first entry is either there or never will be.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Engine } from './engine.ts'

/** Milliseconds before each question: long enough for a failover's first second, short for a waiting agent. */
const WAITS_MS = [0, 100, 400, 1600]

/** Whether the entry is in the log; undefined when the database could not be asked. */
export async function wasCommitted(
  engine: Engine,
  tenant: string,
  entryId: string,
): Promise<boolean | undefined> {
  for (const waitMs of WAITS_MS) {
    await wait(waitMs)
    try {
      return await askUnderLock(engine, tenant, entryId)
    } catch {
      // Still unreachable; the next question may find it.
    }
  }
  return undefined
}

async function askUnderLock(engine: Engine, tenant: string, entryId: string): Promise<boolean> {
  return engine
    .writer(tenant)
    .connection()
    .execute(async (db) => {
      await sql.raw(engine.begin).execute(db)
      try {
        const ofTenant = db.selectFrom('log_head').select('size').where('tenant', '=', tenant)
        await ofTenant.modifyEnd(engine.forUpdate).execute()
        const found = await db
          .selectFrom('log_entry')
          .select('idx')
          .where('tenant', '=', tenant)
          .where('id', '=', entryId)
          .executeTakeFirst()
        return found !== undefined
      } finally {
        await sql`rollback`.execute(db)
      }
    })
}
