import { expect, it } from 'vitest'
import { openPostgresEngine } from '../../src/store/postgres-engine.ts'
import { prepare, prepareInsert, prepareList } from '../../src/store/prepared.ts'
import { openSqliteEngine } from '../../src/store/sqlite-engine.ts'
import type { Fresh } from '../harness/stores.ts'
import { forEachEngine } from '../harness/stores.ts'

forEachEngine((engine) => {
  it('runs a statement that was built once with the values of each run', async () => {
    await onEngine(await engine.fresh(), async (db, raw) => {
      const insert = prepareInsert(raw, 'recommendation')
      const rows = ['one', 'two', 'three'].map((id) => ({ ...ROW, id, case_id: `case of ${id}` }))
      await insert(db, rows.slice(0, 2))
      await insert(db, rows.slice(2))
      const byId = prepare(raw, (onto, at: { readonly tenant: string; readonly id: string }) =>
        onto
          .selectFrom('recommendation')
          .select(['id', 'case_id'])
          .where('tenant', '=', at.tenant)
          .where('id', '=', at.id)
          .where('status', '=', 'open'),
      )
      for (const { id, case_id } of rows) {
        expect((await byId(db, { tenant: 'main', id })).rows).toEqual([{ id, case_id }])
      }
      expect((await byId(db, { tenant: 'other', id: 'one' })).rows).toEqual([])
    })
  })

  it('keeps the values of a list apart, whatever its length', async () => {
    await onEngine(await engine.fresh(), async (db, raw) => {
      const ids = Array.from({ length: 200 }, (_, at) => `r-${at}`)
      await prepareInsert(raw, 'recommendation')(
        db,
        ids.map((id) => ({ ...ROW, id })),
      )
      const among = prepareList(raw, (onto, items: readonly { readonly id: string }[], at: Of) =>
        onto
          .selectFrom('recommendation')
          .select('id')
          .where('tenant', '=', at.tenant)
          .where(
            'id',
            'in',
            items.map(({ id }) => id),
          ),
      )
      for (const wanted of [
        ids.slice(0, 1),
        ids.slice(5, 8),
        ids.slice(8, 11),
        ids,
        ids.slice(1, 2),
      ]) {
        const { rows } = await among(
          db,
          wanted.map((id) => ({ id })),
          { tenant: 'main' },
        )
        expect(rows.map(({ id }) => id).sort()).toEqual([...wanted].sort())
      }
    })
  })
})

type Of = { readonly tenant: string }

const ROW = {
  tenant: 'main',
  id: '',
  case_id: 'case',
  task: 'task',
  agent: 'agent',
  status: 'open',
  owner: 'owner',
  evidence: '[]',
  entry: 'entry',
  at_ms: 1,
}

type RawEngine = Awaited<ReturnType<typeof openSqliteEngine>>

/** The engine of the fresh store, opened once more beside it. */
async function onEngine(
  { options }: Fresh,
  work: (db: ReturnType<RawEngine['writer']>, raw: RawEngine) => Promise<void>,
): Promise<void> {
  const raw =
    options.engine.kind === 'sqlite'
      ? await openSqliteEngine(options.engine.dataDir)
      : openPostgresEngine(options.engine.url)
  try {
    await work(raw.writer('main'), raw)
  } finally {
    await raw.close()
  }
}
