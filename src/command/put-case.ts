/**
 * What the case system says about one case, now. The feed is the authority: a report replaces what we knew,
 * an older report than the one we have is refused. The ticket number and its words go to a payload only.
 */
import type { Case, CaseStore } from '../case/case.ts'
import { isOvertaken, MAX_AHEAD_MS } from '../kernel/clock.ts'
import type { Work } from '../kernel/commit.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { CommandBase, Doer } from './base.ts'
import { actorOf, commitUnchanged, draft, jsonPayload } from './base.ts'
import {
  invalid,
  requireInstant,
  requireLabel,
  requireLabels,
  requireLine,
  requireWhole,
  requireWord,
} from './input.ts'
import { requirePermission } from './permissions.ts'

export type PutCaseInput = {
  readonly tenant: string
  readonly by: Doer
  readonly externalRef: string
  readonly title: string
  readonly state: Case['state']
  /** 1 is the worst, 5 the mildest. */
  readonly severity: number
  readonly tags: readonly string[]
  /** Who owns the case in its own system. */
  readonly owner?: string
  /** When the source last confirmed this; now when absent. */
  readonly observedAtMs?: number
  readonly source: string
}

export type PutCaseResult = {
  readonly record: Case
  readonly isNew: boolean
  readonly receipt: Receipt
}

/** Throws `not_permitted`, `request_invalid`, `conflict` (a newer report is known already). */
export async function putCase(
  deps: CommandBase & { readonly cases: CaseStore },
  input: PutCaseInput,
): Promise<PutCaseResult> {
  requirePermission(input.by, 'case.put')
  const read = readReport(deps.nowMs(), input)
  const known = await deps.cases.byExternalRef(input.tenant, read.externalRef)
  const id = known?.id ?? deps.nextId()
  const prepare = async (): Promise<Work<{ record: Case; isNew: boolean }>> => {
    const before = await deps.cases.byExternalRef(input.tenant, read.externalRef)
    // Two first reports of one case at once: the loser comes again and finds the winner's row.
    if (before !== undefined && before.id !== id)
      throw new Failure('conflict', 'the case was linked meanwhile')
    if (before !== undefined && isOvertaken(before.observedAtMs, read.observedAtMs, deps.nowMs())) {
      throw new Failure('conflict', 'a newer report of this case is known')
    }
    const record: Case = { tenant: input.tenant, id, revision: before?.revision ?? 0, ...read }
    return async (tx) => {
      await deps.cases.put(tx, record)
      return {
        value: { record, isNew: before === undefined },
        entries: [entryOf(deps, input, before, record)],
      }
    }
  }
  const committed = await commitUnchanged(deps, input.tenant, [`case/${id}`], prepare)
  return { ...committed.value, receipt: committed.receipts[0] }
}

function readReport(nowMs: number, input: PutCaseInput): Omit<Case, 'tenant' | 'id' | 'revision'> {
  const observedAtMs = requireInstant('observed_at_ms', input.observedAtMs ?? nowMs)
  if (observedAtMs > nowMs + MAX_AHEAD_MS) throw invalid('observed_at_ms lies in the future')
  return {
    externalRef: requireLine('external_ref', input.externalRef, 200),
    title: requireLine('title', input.title, 500),
    state: requireWord('state', input.state, ['open', 'closed'] as const),
    severity: requireWhole('severity', input.severity, 1, 5),
    tags: requireLabels('tags', input.tags, 50),
    ...(input.owner === undefined ? {} : { owner: requireLine('owner', input.owner, 200) }),
    observedAtMs,
  }
}

function entryOf(deps: CommandBase, input: PutCaseInput, before: Case | undefined, record: Case) {
  const source = requireLabel('source', input.source)
  const { externalRef, title, tags, owner, severity, state } = record
  const payloads = {
    case: jsonPayload({ external_ref: externalRef, title, tags, owner: owner ?? null }, 'personal'),
  }
  const place = { caseId: record.id, payloads }
  if (before === undefined) {
    return draft(deps, 'case.linked', actorOf(input.by), {
      ...place,
      data: { severity, state, source },
    })
  }
  return draft(deps, 'case.changed', actorOf(input.by), {
    ...place,
    data: {
      source,
      ...(before.severity === severity ? {} : { severity }),
      ...(before.state === state ? {} : { state }),
    },
  })
}
