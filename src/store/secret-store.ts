/** Secrets of the operator, each sealed under a key of its own (port `SecretStore`). */
import type { SecretFields } from '../lease/material.ts'
import type { SecretStore } from '../lease/secrets.ts'
import { fromJson, jsonText, strings } from './row-values.ts'
import { openedValue, sealedValue, type ValueSealing } from './seal-value.ts'
import type { Access } from './transaction.ts'

export function createSecretStore(access: Access, sealing: ValueSealing): SecretStore {
  return {
    put: async (tx, secret, values) => {
      const { tenant, db } = access.openFor(tx, secret.tenant)
      const { name, fields } = secret
      const bytes = Buffer.from(jsonText(values))
      const columns = {
        envelope: sealedValue(sealing, placeOf(tenant, name), bytes),
        fields: jsonText(fields),
        sealed_by: secret.sealedBy,
        sealed_at_ms: secret.sealedAtMs,
      }
      await db
        .insertInto('sealed_secret')
        .values({ tenant, name, ...columns })
        .onConflict((conflict) => conflict.columns(['tenant', 'name']).doUpdateSet(columns))
        .execute()
    },
    remove: async (tx, name) => {
      const { tenant, db } = access.open(tx)
      const { numDeletedRows } = await db
        .deleteFrom('sealed_secret')
        .where('tenant', '=', tenant)
        .where('name', '=', name)
        .executeTakeFirst()
      return numDeletedRows === 1n
    },
    list: async (tenant) => {
      const rows = await access
        .read(tenant)
        .selectFrom('sealed_secret')
        .select(['name', 'fields', 'sealed_by', 'sealed_at_ms'])
        .where('tenant', '=', tenant)
        .orderBy('name')
        .execute()
      return rows.map(({ name, fields, sealed_by: sealedBy, sealed_at_ms: sealedAtMs }) => {
        return { tenant, name, fields: strings(fields), sealedBy, sealedAtMs }
      })
    },
    open: async (tenant, name) => {
      const row = await access
        .read(tenant)
        .selectFrom('sealed_secret')
        .select('envelope')
        .where('tenant', '=', tenant)
        .where('name', '=', name)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const bytes = openedValue(sealing, placeOf(tenant, name), row.envelope)
      return fromJson<SecretFields>(Buffer.from(bytes).toString('utf8'))
    },
  }
}

function placeOf(tenant: string, name: string) {
  return { tenant, dataClass: 'sealed-secret', keyId: name }
}
