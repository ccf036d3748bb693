/** Which roles may do what, in one table. A face asks the same table, so both say no to the same people. */
import type { Person, Role } from '../identity/person.ts'
import { ROLES } from '../identity/person.ts'
import { Failure } from '../kernel/failure.ts'
import type { Doer } from './base.ts'

const LEADS = ['shift-lead', 'incident-commander'] as const satisfies readonly Role[]
const ANALYSTS = ['analyst', 'tier3-analyst', ...LEADS] as const satisfies readonly Role[]

/**
 * Halting is wide, enabling is narrow: anybody who leads may suspend an agent or close a task at once, while
 * what widens an agent's reach is for the platform engineer. Deciding an approval is not here: who may decide
 * depends on the request (eligibility), and everybody else's yes is advice.
 */
// biome-ignore format: a table reads best with one row per line
export const PERMISSIONS = {
  'agent.register': ['platform-engineer'],
  'agent.activate': ['platform-engineer'],
  'agent.suspend': ['platform-engineer', ...LEADS],
  'agent.retire': ['platform-engineer'],
  'agent.change': ['platform-engineer'],
  'person.register': ['platform-engineer'],
  'person.change': ['platform-engineer'],
  'person.suspend': ['platform-engineer', ...LEADS],
  'login.issue': ['platform-engineer'],
  'passkey.vouch': ['platform-engineer', ...LEADS],
  'passkey.revoke': ['platform-engineer', ...LEADS],
  'certificate.put': ['platform-engineer'],
  'shift.put': ['platform-engineer', ...LEADS],
  'case.put': ['platform-engineer', ...LEADS],
  'asset.put': ['platform-engineer', 'service-owner'],
  'task.open': ANALYSTS,
  'task.close': ['platform-engineer', ...ANALYSTS],
  'tool.review': ['platform-engineer'],
  'policy.publish': ['platform-engineer'],
  'secret.put': ['platform-engineer'],
  'case.export': ['auditor', 'privacy-officer', ...LEADS],
  /** How people decide, by name: for those who answer for them, not for everybody. */
  'oversight.read': ['auditor', 'privacy-officer', 'platform-engineer', ...LEADS],
  'ledger.check': ['auditor', 'platform-engineer', ...LEADS],
  /** Asking for the next role, deciding against what was recommended or ran, and looking again: three of their own. */
  'approval.escalate': [...ANALYSTS, 'identity-owner', 'service-owner', 'privacy-officer'],
  'approval.override': [...LEADS, 'tier3-analyst', 'identity-owner', 'service-owner', 'privacy-officer'],
  'review.verdict': [...LEADS, 'service-owner', 'auditor'],
  'evidence.waive': LEADS,
  'suspect.mark': ANALYSTS,
  'suspect.clear': LEADS,
  /** And whoever has a shift on the rota, whatever their role. */
  'stop.press': [...ANALYSTS, 'identity-owner', 'service-owner', 'privacy-officer', 'platform-engineer'],
  'stop.release': ['platform-engineer', ...LEADS],
  /** Everything a person of the SOC may look at. */
  read: ROLES,
  /** Verbs open to every active person: viewing, advising, deciding what they are eligible for. */
  decide: ROLES,
} as const satisfies Readonly<Record<string, readonly Role[]>>

export type Permission = keyof typeof PERMISSIONS

/** What a person's roles let them do, for a console that offers only that. */
export function permissionsOf(person: Person): readonly Permission[] {
  if (person.state !== 'active') return []
  return (Object.keys(PERMISSIONS) as Permission[]).filter((permission) => {
    const allowed: readonly Role[] = PERMISSIONS[permission]
    return person.roles.some((role) => allowed.includes(role))
  })
}

/** Throws `not_permitted` unless the doer is an active person with one of the roles, or the gateway itself. */
export function requirePermission(by: Doer, permission: Permission): void {
  if (by.kind === 'system') return
  const allowed: readonly Role[] = PERMISSIONS[permission]
  if (by.person.state !== 'active') throw new Failure('not_permitted', 'the person is suspended')
  if (!by.person.roles.some((role) => allowed.includes(role))) {
    throw new Failure('not_permitted', `${permission} needs one of: ${allowed.join(', ')}`)
  }
}
