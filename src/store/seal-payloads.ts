/**
 * Payloads on their way in: each is committed to with its own salt, sealed under the data key of its case and
 * class, and stored beside the entry. Keys are made on first use and lie wrapped; a destroyed key stays as a
 * row without bytes, which is how a later reader knows that the payload was erased and not lost.
 */
import type { Clock } from '../kernel/clock.ts'
import type { DataClass, EntryDraft } from '../kernel/entry.ts'
import type { Randomness } from '../kernel/ids.ts'
import { uuidV7 } from '../kernel/ids.ts'
import type { Commitment } from '../ledger/commitment.ts'
import { commitTo, SALT_BYTES } from '../ledger/commitment.ts'
import type { KeyWrap } from '../ledger/ports.ts'
import { DATA_KEY_BYTES, NONCE_BYTES, type SealingKey, sealPayload } from '../ledger/seal.ts'
import type { Engine } from './engine.ts'
import { type RememberingWrap, rememberKeys } from './key-memory.ts'
import { perEngine, prepare, prepareInsert } from './prepared.ts'
import { atMost } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Open } from './transaction.ts'

export type Sealing = {
  readonly engine: Engine
  readonly keyWrap: RememberingWrap
  readonly random: Randomness
  readonly nowMs: () => number
}

export function createSealing(
  engine: Engine,
  { keyWrap, random, clock }: { keyWrap: KeyWrap; random: Randomness; clock: Clock },
): Sealing {
  return { engine, random, nowMs: clock.nowMs, keyWrap: rememberKeys(keyWrap, clock.nowMs) }
}

/** Entries outside any case share one key per class; their case is spelled empty in the tables. */
export const NO_CASE = ''

/** A work has a handful; 100 rows stay far below the parameter limits of the engines. */
const ROWS_PER_INSERT = 100

type DataKey = { readonly id: string; readonly key: SealingKey }

/** Seals and stores all payloads of the drafts; answers the commitments, draft by draft. */
export async function sealPayloads(
  sealing: Sealing,
  open: Open,
  drafts: readonly EntryDraft[],
): Promise<readonly { readonly [name: string]: Commitment }[]> {
  const keys = new Map<string, DataKey>()
  const commitments: { readonly [name: string]: Commitment }[] = []
  const rows: DB['payload'][] = []
  for (const draft of drafts) {
    const own: Record<string, Commitment> = {}
    for (const [name, payload] of Object.entries(draft.payloads ?? {})) {
      const caseId = draft.caseId ?? NO_CASE
      const held = `${caseId} ${payload.dataClass}`
      const dataKey = keys.get(held) ?? (await liveKey(sealing, open, caseId, payload.dataClass))
      keys.set(held, dataKey)
      const salt = sealing.random(SALT_BYTES)
      const place = { ...placeOf(open.tenant, caseId), entryId: draft.id, field: name }
      const envelope = sealPayload(
        dataKey.key,
        place,
        salt,
        payload.bytes,
        sealing.random(NONCE_BYTES),
      )
      const { tenant } = open
      const at = { tenant, entry_id: draft.id, name, key_id: dataKey.id }
      rows.push({ ...at, envelope, media_type: payload.mediaType })
      own[name] = commitTo(salt, payload)
    }
    commitments.push(own)
  }
  for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
    await statementsOf(sealing.engine).insert(open.db, rows.slice(from, from + ROWS_PER_INSERT))
  }
  return commitments
}

/** Where a payload or key belongs, for its authenticated context. */
export function placeOf(
  tenant: string,
  caseId: string,
): { readonly tenant: string; readonly caseId?: string } {
  return caseId === NO_CASE ? { tenant } : { tenant, caseId }
}

type KeyPlace = Pick<DB['data_key'], 'tenant' | 'case_id' | 'data_class'>

const statementsOf = perEngine((engine) => ({
  insert: prepareInsert(engine, 'payload'),
  liveKey: prepare(engine, (db, at: KeyPlace) =>
    db
      .selectFrom('data_key')
      .select(['id', 'wrapped'])
      .where('tenant', '=', at.tenant)
      .where('case_id', '=', at.case_id)
      .where('data_class', '=', at.data_class)
      .where('wrapped', 'is not', null)
      .orderBy('id')
      .limit(atMost(1))
      .modifyEnd(engine.forShare),
  ),
}))

/** The key is locked against destruction until the transaction ends. */
async function liveKey(
  sealing: Sealing,
  { tenant, db }: Open,
  caseId: string,
  dataClass: DataClass,
): Promise<DataKey> {
  const wanted = { tenant, case_id: caseId, data_class: dataClass }
  const { rows } = await statementsOf(sealing.engine).liveKey(db, wanted)
  const [found] = rows
  if (found?.wrapped) {
    const place = { ...placeOf(tenant, caseId), dataClass, keyId: found.id }
    return { id: found.id, key: sealing.keyWrap.unwrap(found.wrapped, place) }
  }
  const id = uuidV7(sealing.nowMs(), sealing.random(10))
  const key = sealing.random(DATA_KEY_BYTES)
  const wrapped = sealing.keyWrap.wrap(key, { ...placeOf(tenant, caseId), dataClass, keyId: id })
  await db
    .insertInto('data_key')
    .values({ tenant, id, case_id: caseId, data_class: dataClass, wrapped })
    .execute()
  return { id, key }
}
