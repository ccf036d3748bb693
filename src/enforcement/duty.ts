/** Reads who is on duty and what each of them may do, once for everybody who might be asked. */
import type { DutyView } from '../approval/holders.ts'
import { type Stated, unrecorded } from '../approval/on-record.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import type { SuspectStore } from '../approval/suspect.ts'
import type { DelegationStore } from '../identity/delegation.ts'
import type { Certificate, Person } from '../identity/person.ts'
import type { PersonStore } from '../identity/ports.ts'
import { entriesInLog } from '../ledger/entry-in-log.ts'
import type { LedgerReader } from '../ledger/ports.ts'
import { limitFor, type RoleLimit } from '../policy/role-limit.ts'
import type { RosterStore } from '../roster/roster.ts'

export type DutyParts = {
  readonly people: PersonStore
  readonly roster: RosterStore
  readonly delegations: DelegationStore
  readonly suspects: SuspectStore
  /** The log, for the entries that roles and certificates name. */
  readonly ledger: Pick<LedgerReader, 'head' | 'entriesById'>
  /** How far each role reaches by the active bundle; nothing while there is none. */
  readonly roleLimits: (tenant: string) => Promise<readonly RoleLimit[]>
}

/** `targetNames` are the names the call acts upon, lower case; `also` is judged beside everybody on duty. */
export async function readDuty(
  parts: DutyParts,
  request: Pick<ApprovalRequest, 'tenant' | 'caseId'>,
  targetNames: readonly string[],
  nowMs: number,
  also?: string,
): Promise<DutyView> {
  const { tenant, caseId } = request
  const [people, onDuty, delegations, suspects, limits] = await Promise.all([
    parts.people.list(tenant),
    parts.roster.onDuty(tenant, nowMs),
    parts.delegations.inForce(tenant, nowMs),
    parts.suspects.suspectsOf(tenant, caseId),
    parts.roleLimits(tenant),
  ])
  const asked = new Set([
    ...onDuty.map(({ person }) => person),
    ...(also === undefined ? [] : [also]),
  ])
  const held = await Promise.all(
    people.filter(({ id }) => asked.has(id)).map(({ id }) => certificatesOf(parts, tenant, id)),
  )
  const certificates = held.flat()
  const lenders = new Set(delegations.map(({ delegator }) => delegator))
  const judged = people.filter(({ id }) => asked.has(id) || lenders.has(id))
  return {
    people,
    onDuty,
    delegations,
    certificates,
    unrecorded: await readUnrecorded(parts, tenant, judged, certificates),
    suspects: suspects.map(({ person }) => person),
    targetNames,
    limitOf: (role) => limitFor(limits, role),
    nowMs,
  }
}

function certificatesOf(parts: DutyParts, tenant: string, person: Person['id']) {
  return parts.people.certificates(tenant, person)
}

/** Ids of the rows that the log does not bear out: one read of the entries they name. */
export async function readUnrecorded(
  { ledger }: Pick<DutyParts, 'ledger'>,
  tenant: string,
  people: readonly Person[],
  certificates: readonly Certificate[],
): Promise<readonly string[]> {
  const named = [
    ...people.map(({ rolesEntry }) => rolesEntry),
    ...certificates.map(({ entry }) => entry),
  ].filter((id) => id !== undefined)
  const entries = await entriesInLog(ledger, tenant, named)
  const stated: Stated = new Map([...entries].map(([id, { data }]) => [id, data]))
  return unrecorded(people, certificates, stated)
}
