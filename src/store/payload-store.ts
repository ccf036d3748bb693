/** Opening and erasing payloads (port `PayloadStore`). Writing them is part of the commit. */
import { sha256 } from '../kernel/digest.ts'
import { Failure } from '../kernel/failure.ts'
import { encodeHex } from '../ledger/base64.ts'
import type { PayloadStore } from '../ledger/ports.ts'
import { openPayload } from '../ledger/seal.ts'
import type { Sealing } from './seal-payloads.ts'
import { placeOf } from './seal-payloads.ts'
import type { Access } from './transaction.ts'

export function createPayloadStore(access: Access, sealing: Sealing): PayloadStore {
  return {
    /** Throws `not_found` when the entry has no such payload, `payload_unreadable` when it does not open. */
    open: async (tenant, entryId, name) => {
      const found = await access
        .read(tenant)
        .selectFrom('payload')
        .innerJoin('data_key', (join) =>
          join
            .onRef('data_key.tenant', '=', 'payload.tenant')
            .onRef('data_key.id', '=', 'payload.key_id'),
        )
        .select(['envelope', 'media_type', 'key_id', 'case_id', 'data_class', 'wrapped'])
        .where('payload.tenant', '=', tenant)
        .where('entry_id', '=', entryId)
        .where('name', '=', name)
        .executeTakeFirst()
      if (found === undefined) {
        throw new Failure('not_found', `the entry ${entryId} has no payload ${name}`)
      }
      if (found.wrapped === null) return { state: 'erased' }
      const place = placeOf(tenant, found.case_id)
      const keyPlace = { ...place, dataClass: found.data_class, keyId: found.key_id }
      const key = sealing.keyWrap.unwrap(found.wrapped, keyPlace)
      const { salt, payload } = openPayload(key, { ...place, entryId, field: name }, found.envelope)
      return {
        state: 'present',
        salt,
        bytes: payload,
        mediaType: found.media_type,
        dataClass: found.data_class,
      }
    },

    /**
     * The row stays without its key, so that a reader can tell erased from lost. A digest is
     * `sha256:` and the SHA-256 of the wrapped key: it names the key and opens nothing. Old copies leave the
     * SQLite file by `secure_delete` and the next WAL checkpoint, PostgreSQL's with its next vacuum.
     */
    destroyKeys: async (tx, caseId, dataClass) => {
      const { tenant, db } = access.open(tx)
      const live = await db
        .selectFrom('data_key')
        .select(['id', 'wrapped'])
        .where('tenant', '=', tenant)
        .where('case_id', '=', caseId)
        .where('data_class', '=', dataClass)
        .where('wrapped', 'is not', null)
        .orderBy('id')
        .modifyEnd(access.engine.forUpdate)
        .execute()
      for (const { id } of live) {
        await db
          .updateTable('data_key')
          .set({ wrapped: null })
          .where('tenant', '=', tenant)
          .where('id', '=', id)
          .execute()
      }
      sealing.keyWrap.forget()
      return live.flatMap(({ wrapped }) =>
        wrapped === null ? [] : [`sha256:${encodeHex(sha256(wrapped))}`],
      )
    },
  }
}
