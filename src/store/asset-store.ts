/** The inventory of what calls act upon (port `AssetStore`). Names are compared after lower-casing. */
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Asset, AssetStore } from '../case/asset.ts'
import { raiseRevision } from './revision-store.ts'
import { flag, jsonText, strings } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access, Open } from './transaction.ts'

export function createAssetStore(access: Access): AssetStore {
  return {
    byName: async (tenant, kind, name) => {
      const row = await assetRows(access.read(tenant), tenant)
        .where('asset.kind', '=', kind)
        .where('asset.name_key', '=', name.toLowerCase())
        .executeTakeFirst()
      return row === undefined ? undefined : assetOf(row)
    },
    list: async (tenant) => {
      const rows = await assetRows(access.read(tenant), tenant)
        .orderBy('asset.kind')
        .orderBy('asset.name_key')
        .execute()
      return rows.map(assetOf)
    },
    put: async (tx, asset) => {
      const open = access.openFor(tx, asset.tenant)
      const { tenant, id, kind, name, criticality, environment } = asset
      const name_key = name.toLowerCase()
      await raiseFormerName(open, asset, name_key)
      const values = {
        kind,
        name,
        name_key,
        criticality,
        environment,
        is_never_touch: flag(asset.isNeverTouch),
        labels: jsonText(asset.labels),
        observed_at_ms: asset.observedAtMs,
      }
      await open.db
        .insertInto('asset')
        .values({ tenant, id, ...values })
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet(values))
        .execute()
      await raiseRevision(open, `asset/${kind}/${name_key}`)
    },
  }
}

/** An asset that is renamed changes what its former name resolves to as well. */
async function raiseFormerName(open: Open, asset: Asset, nameKey: string): Promise<void> {
  const former = await open.db
    .selectFrom('asset')
    .select(['kind', 'name_key'])
    .where('tenant', '=', open.tenant)
    .where('id', '=', asset.id)
    .executeTakeFirst()
  if (former === undefined || (former.kind === asset.kind && former.name_key === nameKey)) return
  await raiseRevision(open, `asset/${former.kind}/${former.name_key}`)
}

function assetRows(db: Kysely<DB>, tenant: string) {
  const key = sql<string>`'asset/' || asset.kind || '/' || asset.name_key`
  return db
    .selectFrom('asset')
    .leftJoin('fact_revision as fact', (join) =>
      join.onRef('fact.tenant', '=', 'asset.tenant').on('fact.key', '=', key),
    )
    .selectAll('asset')
    .select('fact.revision')
    .where('asset.tenant', '=', tenant)
}

function assetOf(row: DB['asset'] & { readonly revision: number | null }): Asset {
  return {
    tenant: row.tenant,
    id: row.id,
    kind: row.kind,
    name: row.name,
    criticality: row.criticality,
    environment: row.environment as Asset['environment'],
    isNeverTouch: row.is_never_touch === 1,
    labels: strings(row.labels),
    observedAtMs: row.observed_at_ms,
    revision: row.revision ?? 0,
  }
}
