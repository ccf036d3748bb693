/**
 * A person decides against what an agent recommended. Both stand side by side in one entry with the reason, so
 * that they can be compared later (R135, R140). It changes nothing by itself: what follows is a call of its own.
 */
import type { EvidenceStore, Recommendation } from '../evidence/evidence.ts'
import type { Person } from '../identity/person.ts'
import type { EntryDraft, Payload, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { PayloadStore } from '../ledger/ports.ts'
import type { RosterStore } from '../roster/roster.ts'
import { type CommandBase, draft } from './base.ts'
import { MAX_REASON, reasonOf, textPayload } from './decision-parts.ts'
import { invalid } from './input.ts'
import { PERMISSIONS, requirePermission } from './permissions.ts'

export type OverrideDeps = CommandBase & {
  readonly evidence: EvidenceStore
  readonly payloads: PayloadStore
  readonly roster: RosterStore
}

export type OverrideInput = {
  readonly tenant: string
  readonly person: Person
  readonly caseId: string
  readonly recommendation: string
  /** What the person decides instead, in their own words. */
  readonly instead: string
  readonly reason: string
}

/** Throws `not_permitted` (also off duty), `not_found`, `reason_required`, `conflict` (overridden already). */
export async function override(
  deps: OverrideDeps,
  input: OverrideInput,
): Promise<{ readonly overrideId: string; readonly receipt: Receipt }> {
  const { tenant, person, caseId } = input
  requirePermission({ kind: 'person', person }, 'approval.override')
  const reason = reasonOf(input.reason)
  const instead = input.instead.trim()
  if (instead === '' || instead.length > MAX_REASON) throw invalid('instead says what you decide')
  const role = await dutyRole(deps, person)
  const known = await deps.evidence.recommendationsOfCase(tenant, caseId)
  const found = known.find(({ id }) => id === input.recommendation)
  if (found === undefined) throw new Failure('not_found', 'no such recommendation in this case')
  if (found.status === 'overridden')
    throw new Failure('conflict', 'the recommendation was overridden already')
  const claim = await claimOf(deps, found)
  const id = deps.nextId()
  const { receipts } = await deps.commit(tenant, async (tx) => {
    await deps.evidence.putRecommendation(tx, { ...found, status: 'overridden' })
    const entry: EntryDraft = draft(
      deps,
      'recommendation.overridden',
      { kind: 'person', id: person.id },
      {
        caseId,
        task: found.task,
        data: { override: id, recommendation: found.id, person: person.id, role },
        payloads: {
          recommendation: claim,
          override: textPayload(instead),
          reason: textPayload(reason),
        },
      },
    )
    return { value: undefined, entries: [entry] }
  })
  return { overrideId: id, receipt: receipts[0] }
}

/** The role they are on duty in that may override. */
async function dutyRole(deps: OverrideDeps, person: Person) {
  const entitled: readonly string[] = PERMISSIONS['approval.override']
  const shifts = await deps.roster.onDuty(person.tenant, deps.nowMs())
  const shift = shifts.find(
    (each) =>
      each.person === person.id && person.roles.includes(each.role) && entitled.includes(each.role),
  )
  if (shift === undefined)
    throw new Failure('not_permitted', 'you are not on duty for a role that may override')
  return shift.role
}

/** The agent's claim, byte for byte as it was recorded. */
async function claimOf(deps: OverrideDeps, found: Recommendation): Promise<Payload> {
  const stored = await deps.payloads.open(found.tenant, found.entry, 'claim')
  if (stored.state !== 'present')
    throw new Failure('payload_unreadable', 'the recommendation was erased')
  return { bytes: stored.bytes, mediaType: 'application/json', dataClass: 'operational' }
}
