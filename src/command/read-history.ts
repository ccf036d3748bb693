/**
 * What happened to one request so far, as far as its reader may know it. Whoever signs second must not learn from
 * us that somebody signed first (DESIGN 9): until it is decided, the signatures of others are left out. Reads only.
 */
import type { ApprovalRequest } from '../approval/request.ts'
import type { Person } from '../identity/person.ts'
import { Failure } from '../kernel/failure.ts'
import type { StoredEntry } from '../ledger/ports.ts'
import { readEntry } from '../ledger/read-entry.ts'

export type HistoryDeps = {
  readonly approvals: {
    readonly byId: (tenant: string, id: string) => Promise<ApprovalRequest | undefined>
  }
  readonly ledger: {
    readonly entriesOfCase: (tenant: string, caseId: string) => Promise<readonly StoredEntry[]>
  }
}

export type History = {
  readonly request: ApprovalRequest
  /** In the order of the log. */
  readonly entries: readonly StoredEntry[]
}

/** Throws `not_found`, and `ledger_entry_tampered` for an entry that cannot be read. */
export async function readHistory(
  { approvals, ledger }: HistoryDeps,
  reader: Person,
  id: string,
): Promise<History> {
  const request = await approvals.byId(reader.tenant, id)
  if (request === undefined) throw new Failure('not_found', 'no such approval request')
  const all = await ledger.entriesOfCase(reader.tenant, request.caseId)
  return { request, entries: all.filter((stored) => isToldTo(reader, request, stored)) }
}

function isToldTo(reader: Person, request: ApprovalRequest, stored: StoredEntry): boolean {
  const read = readEntry(stored.bytes)
  if (!read.ok) throw new Failure('ledger_entry_tampered', `entry ${stored.index}: ${read.fault}`)
  const { type, call, data } = read.entry
  const isAbout = data.request === request.id || (call !== undefined && call === request.call)
  if (!isAbout) return false
  return type !== 'approval.co_signed' || request.state !== 'pending' || data.person === reader.id
}
