/** Reads who is on duty and what each of them may do, once for everybody who might be asked. */
import type { DutyView } from '../approval/holders.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import type { SuspectStore } from '../approval/suspect.ts'
import type { DelegationStore } from '../identity/delegation.ts'
import type { Person } from '../identity/person.ts'
import type { PersonStore } from '../identity/ports.ts'
import { limitFor, type RoleLimit } from '../policy/role-limit.ts'
import type { RosterStore } from '../roster/roster.ts'

export type DutyParts = {
  readonly people: PersonStore
  readonly roster: RosterStore
  readonly delegations: DelegationStore
  readonly suspects: SuspectStore
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
  const certificates = await Promise.all(
    people.filter(({ id }) => asked.has(id)).map(({ id }) => certificatesOf(parts, tenant, id)),
  )
  return {
    people,
    onDuty,
    delegations,
    certificates: certificates.flat(),
    suspects: suspects.map(({ person }) => person),
    targetNames,
    limitOf: (role) => limitFor(limits, role),
    nowMs,
  }
}

function certificatesOf(parts: DutyParts, tenant: string, person: Person['id']) {
  return parts.people.certificates(tenant, person)
}
