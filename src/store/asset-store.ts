/** The inventory of what calls act upon (port `AssetStore`). Names are compared after lower-casing. */
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Asset, AssetStore } from '../case/asset.ts'
import type { Tx } from '../kernel/commit.ts'
import { prepareList, rowOf } from './prepared.ts'
import { revisionRaiser } from './revision-store.ts'
import { flag, jsonText, strings } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access, Open } from './transaction.ts'

export function createAssetStore(access: Access): AssetStore {
  const putAll = writerOf(access)
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
    put: (tx, asset) => putAll(tx, [asset]),
    putAll,
  }
}

/** 100 rows of 10 columns stay far below the parameter limits, and few texts are prepared. */
const ROWS_PER_STATEMENT = 100

type Row = DB['asset']
type Of = { readonly tenant: string }

/** A file of an inventory has thousands of rows, and each statement is a round trip: three of them put a hundred. */
function writerOf(access: Access): AssetStore['putAll'] {
  const { engine } = access
  const formerNames = prepareList(engine, (db, rows: readonly Pick<Row, 'id'>[], at: Of) =>
    db
      .selectFrom('asset')
      .select(['id', 'kind', 'name_key'])
      .where('tenant', '=', at.tenant)
      .where(
        'id',
        'in',
        rows.map(({ id }) => id),
      ),
  )
  const upsert = prepareList(engine, (db, rows: readonly Row[]) =>
    db
      .insertInto('asset')
      .values(rows.map((row) => rowOf('asset', row)))
      .onConflict((conflict) =>
        conflict.columns(['tenant', 'id']).doUpdateSet((row) => ({
          kind: row.ref('excluded.kind'),
          name: row.ref('excluded.name'),
          name_key: row.ref('excluded.name_key'),
          criticality: row.ref('excluded.criticality'),
          environment: row.ref('excluded.environment'),
          is_never_touch: row.ref('excluded.is_never_touch'),
          labels: row.ref('excluded.labels'),
          observed_at_ms: row.ref('excluded.observed_at_ms'),
        })),
      ),
  )
  const raise = revisionRaiser(engine)
  return async (tx, assets) => {
    for (let from = 0; from < assets.length; from += ROWS_PER_STATEMENT) {
      const some = assets.slice(from, from + ROWS_PER_STATEMENT)
      const open = openOf(access, tx, some)
      const { tenant, db } = open
      const rows = some.map(rowOfAsset)
      const former = await formerNames(db, rows, { tenant })
      await upsert(db, rows, {})
      // An asset that is renamed changes what its former name resolves to as well.
      await raise(open, [...former.rows, ...rows].map(revisionKey))
    }
  }
}

/** The transaction, where every asset is of its tenant. */
function openOf(access: Access, tx: Tx, assets: readonly Asset[]): Open {
  for (const { tenant } of assets) access.openFor(tx, tenant)
  return access.open(tx)
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

const revisionKey = ({ kind, name_key }: Pick<Row, 'kind' | 'name_key'>): string =>
  `asset/${kind}/${name_key}`

function rowOfAsset(asset: Asset): Row {
  return {
    tenant: asset.tenant,
    id: asset.id,
    kind: asset.kind,
    name: asset.name,
    name_key: asset.name.toLowerCase(),
    criticality: asset.criticality,
    environment: asset.environment,
    is_never_touch: flag(asset.isNeverTouch),
    labels: jsonText(asset.labels),
    observed_at_ms: asset.observedAtMs,
  }
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
