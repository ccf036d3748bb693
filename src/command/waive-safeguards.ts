/**
 * A person lets evidence of one target be destroyed without what has to come before (R132). The record says who and
 * why; the waiver is for this case and target, and over within the hour. It approves nothing: the act itself is still
 * decided as its class demands.
 */
import type { SuspectStore } from '../approval/suspect.ts'
import type { CaseStore } from '../case/case.ts'
import type { Target } from '../catalogue/tool.ts'
import {
  SAFEGUARDS,
  type SafeguardKind,
  type SafeguardStore,
  WAIVER_MS,
} from '../evidence/safeguard.ts'
import type { Person } from '../identity/person.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { type CommandBase, draft, jsonPayload } from './base.ts'
import { reasonOf, textPayload } from './decision-parts.ts'
import { requirePermission } from './permissions.ts'

export type WaiveDeps = Pick<CommandBase, 'commit' | 'nowMs' | 'nextId'> & {
  readonly cases: CaseStore
  readonly suspects: SuspectStore
  readonly safeguards: SafeguardStore
}

export type WaiveInput = {
  readonly tenant: string
  readonly by: Person
  readonly caseId: string
  readonly target: Target
  readonly waives: readonly SafeguardKind[]
  readonly reason: string
}

export type Waived = { readonly untilMs: number; readonly receipt: Receipt }

/** Throws `not_permitted` (also for whoever is suspect in the case), `not_found`, `reason_required`. */
export async function waiveSafeguards(deps: WaiveDeps, input: WaiveInput): Promise<Waived> {
  requirePermission({ kind: 'person', person: input.by }, 'evidence.waive')
  const reason = reasonOf(input.reason)
  const { tenant, by, caseId, target } = input
  if ((await deps.cases.byId(tenant, caseId)) === undefined) {
    throw new Failure('not_found', 'no such case in this tenant')
  }
  const suspects = await deps.suspects.suspectsOf(tenant, caseId)
  if (suspects.some(({ person }) => person === by.id)) {
    throw new Failure('not_permitted', 'whoever is suspect in a case waives nothing in it')
  }
  const waives = SAFEGUARDS.filter((kind) => input.waives.includes(kind))
  const atMs = deps.nowMs()
  const untilMs = atMs + WAIVER_MS
  const entry = draft(
    deps,
    'safeguard.waived',
    { kind: 'person', id: by.id },
    {
      caseId,
      data: { waives, target_kind: target.kind, until: untilMs },
      payloads: { reason: textPayload(reason), target: jsonPayload(target, 'operational') },
    },
  )
  const { receipts } = await deps.commit(tenant, async (tx) => {
    for (const kind of waives) {
      const made = { kind, target, by: 'waiver', ref: entry.id, atMs, untilMs } as const
      await deps.safeguards.put(tx, { tenant, caseId, ...made })
    }
    return { value: undefined, entries: [entry] }
  })
  return { untilMs, receipt: receipts[0] }
}
