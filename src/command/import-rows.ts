/**
 * Many people, roles, certificates or assets from one file: planned as a whole, and applied as a whole in one
 * transaction or not at all. The plan is made again when people changed meanwhile.
 */
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { commitUnchanged } from './base.ts'
import { planAssets, planCertificates } from './import-facts.ts'
import type { ImportInput, ImportPlan } from './import-parts.ts'
import { planPeople, planRoles } from './import-people.ts'
import type { KindDeps } from './kind-deps.ts'
import { PERSON_BOOK } from './register-person.ts'

export const IMPORT_KINDS = ['people', 'roles', 'certificates', 'assets'] as const
export type ImportKind = (typeof IMPORT_KINDS)[number]

/** Columns each file must have, and may have. */
export const IMPORT_COLUMNS: Readonly<
  Record<ImportKind, { readonly must: readonly string[]; readonly may: readonly string[] }>
> = {
  people: { must: ['name', 'email', 'roles'], may: [] },
  roles: { must: ['email', 'roles'], may: [] },
  certificates: { must: ['email', 'class', 'issuer', 'expires'], may: [] },
  assets: {
    must: ['kind', 'name', 'criticality', 'environment'],
    may: ['never_touch', 'labels'],
  },
}

/** A month of an inventory; what is larger is a feed. */
export const MAX_ROWS = 20_000

const PLANNERS = {
  people: planPeople,
  roles: planRoles,
  certificates: planCertificates,
  assets: planAssets,
} as const

/** What applying it would do; changes nothing. */
export function planImport(
  deps: KindDeps,
  kind: ImportKind,
  input: ImportInput,
): Promise<ImportPlan> {
  return PLANNERS[kind](deps, input)
}

export type AppliedImport = { readonly plan: ImportPlan; readonly receipts: readonly Receipt[] }

/** Throws `import_faulty` when there is any fault; then nothing was changed. */
export async function applyImport(
  deps: KindDeps,
  kind: ImportKind,
  input: ImportInput,
): Promise<AppliedImport> {
  let plan = await planImport(deps, kind, input)
  refuse(plan)
  if (plan.rows.every(({ change }) => change === 'unchanged')) return { plan, receipts: [] }
  const { receipts } = await commitUnchanged(deps, input.tenant, [PERSON_BOOK], async () => {
    plan = await planImport(deps, kind, input)
    refuse(plan)
    const { write } = plan
    return async (tx) => {
      if (kind === 'people' || kind === 'roles') await deps.revisions.raise(tx, PERSON_BOOK)
      const [first, ...rest] = await write(tx)
      if (first === undefined) throw new Failure('conflict', 'somebody else has just done the same')
      return { value: undefined, entries: [first, ...rest] as const }
    }
  })
  return { plan, receipts }
}

function refuse({ faults }: ImportPlan): void {
  const [first] = faults
  if (first === undefined) return
  const where = `line ${first.line}${first.column === undefined ? '' : `, ${first.column}`}`
  throw new Failure(
    'import_faulty',
    `${faults.length} fault(s), the first in ${where}: ${first.problem}`,
  )
}
