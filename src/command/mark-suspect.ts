/**
 * Somebody says that a person is suspect in a case, or takes it back, each with a reason. A marked person signs
 * nothing in that case. That a name occurs in a case marks nobody: a person has to say it (DESIGN 9).
 */
import type { ApprovalStore } from '../approval/ports.ts'
import type { SuspectStore } from '../approval/suspect.ts'
import type { CaseStore } from '../case/case.ts'
import type { Person } from '../identity/person.ts'
import type { PersonStore } from '../identity/ports.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { type CommandBase, draft } from './base.ts'
import { reasonOf, textPayload } from './decision-parts.ts'
import { requirePermission } from './permissions.ts'

export type SuspectDeps = CommandBase & {
  readonly people: PersonStore
  readonly cases: CaseStore
  readonly suspects: SuspectStore
  readonly approvals: ApprovalStore
}

export type SuspectInput = {
  readonly tenant: string
  readonly by: Person
  readonly caseId: string
  readonly person: string
  readonly reason: string
}

/** Throws `not_permitted`, `not_found`, `reason_required`, `conflict` (marked already). */
export async function markSuspect(
  deps: SuspectDeps,
  input: SuspectInput,
): Promise<{ readonly receipt: Receipt }> {
  requirePermission({ kind: 'person', person: input.by }, 'suspect.mark')
  return change(deps, input, 'suspect.marked')
}

/** Throws `not_permitted` (also for one's own mark), `not_found`, `reason_required`, `conflict` (not marked). */
export async function clearSuspect(
  deps: SuspectDeps,
  input: SuspectInput,
): Promise<{ readonly receipt: Receipt }> {
  requirePermission({ kind: 'person', person: input.by }, 'suspect.clear')
  if (input.by.id === input.person)
    throw new Failure('not_permitted', 'nobody clears a mark of their own')
  return change(deps, input, 'suspect.cleared')
}

async function change(
  deps: SuspectDeps,
  input: SuspectInput,
  type: 'suspect.marked' | 'suspect.cleared',
): Promise<{ readonly receipt: Receipt }> {
  const reason = reasonOf(input.reason)
  const { tenant, caseId, person, by } = input
  const [known, about] = await Promise.all([
    deps.people.byId(tenant, person),
    deps.cases.byId(tenant, caseId),
  ])
  if (known === undefined) throw new Failure('not_found', 'no such person in this tenant')
  if (about === undefined) throw new Failure('not_found', 'no such case in this tenant')
  const { receipts } = await deps.commit(tenant, async (tx) => {
    const atMs = deps.nowMs()
    const mark = { tenant, caseId, person, markedBy: by.id, markedAtMs: atMs }
    const isChanged =
      type === 'suspect.marked'
        ? await deps.suspects.mark(tx, mark)
        : await deps.suspects.clear(tx, tenant, caseId, person)
    if (!isChanged)
      throw new Failure(
        'conflict',
        `the person is ${type === 'suspect.marked' ? 'marked already' : 'not marked'}`,
      )
    // What they own in any case is looked at again; where they may still own it, nothing changes.
    await deps.approvals.hurry(tx, person, atMs)
    const entry = draft(
      deps,
      type,
      { kind: 'person', id: by.id },
      {
        caseId,
        data: { person },
        payloads: { reason: textPayload(reason) },
      },
    )
    return { value: undefined, entries: [entry] }
  })
  return { receipt: receipts[0] }
}
