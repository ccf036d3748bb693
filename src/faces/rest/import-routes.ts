/** Imports: a dry run says what would change, applying does all of it or nothing. */
import { makeChange } from '../../command/govern-change.ts'
import type { ImportFault, ImportPlan } from '../../command/import-parts.ts'
import { IMPORT_COLUMNS, planImport } from '../../command/import-rows.ts'
import { type Permission, requirePermission } from '../../command/permissions.ts'
import { importAnswer, importBody, importParams } from '../../contract/imports.ts'
import type { Receipt } from '../../kernel/entry.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { doerOf } from './caller.ts'
import { readCsv } from './csv-rows.ts'
import type { RestDeps } from './deps.ts'
import { receiptsWire } from './wire.ts'

/** What a person reads through; the counts say how many there are. */
const MAX_TOLD = 200

const PERMISSION: Readonly<Record<string, Permission>> = {
  people: 'person.register',
  roles: 'person.change',
  certificates: 'certificate.put',
  assets: 'asset.put',
}

export function importRoutes(app: App, deps: RestDeps): void {
  app.post(
    '/api/v1/imports/:kind',
    {
      schema: {
        tags: ['imports'],
        params: importParams,
        body: importBody,
        response: answers(importAnswer),
      },
    },
    async (request) => {
      const by = doerOf(request)
      const { kind } = request.params
      requirePermission(by, PERMISSION[kind] ?? 'person.register')
      const read = readCsv(request.body.csv, IMPORT_COLUMNS[kind])
      const input = { tenant: by.person.tenant, by, rows: read.rows }
      const plan = await planImport(deps, kind, input)
      const faults = [...read.faults, ...plan.faults].toSorted((a, b) => a.line - b.line)
      if (request.body.dry_run || faults.length > 0) return answerOf(plan, faults, false, [])
      const applied = await makeChange(deps, `import.${kind}`, input)
      return answerOf(applied.plan, [], true, applied.receipts)
    },
  )
}

function answerOf(
  { rows }: ImportPlan,
  faults: readonly ImportFault[],
  applied: boolean,
  receipts: readonly Receipt[],
) {
  const count = (change: string) => rows.filter((row) => row.change === change).length
  const told = rows.filter(({ change }) => change !== 'unchanged').slice(0, MAX_TOLD)
  return {
    applied,
    counts: { new: count('new'), changed: count('changed'), unchanged: count('unchanged') },
    rows: told.map(({ line, change, what }) => ({ line, change, what })),
    faults: faults.slice(0, MAX_TOLD).map((each) => ({ ...each })),
    faulty: faults.length,
    receipts: receiptsWire(receipts.slice(0, MAX_TOLD)),
  }
}
