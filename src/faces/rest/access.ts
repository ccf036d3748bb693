/**
 * Who may use which route, in one table. A route that is not here does not start (create-rest-face.ts), so
 * nobody can add an open door by forgetting a line.
 */
import type { Permission } from '../../command/permissions.ts'
import { CONSOLE_PAGES } from '../../contract/console-pages.ts'

/**
 * `public`: nobody is asked. `task`: a task token. `person`: a person's API token or console
 * session, and the permission; `isDecision`
 * marks what only people may do, so that an agent that tries is told so and recorded (R114).
 */
export type Access =
  | { readonly who: 'public' }
  | { readonly who: 'task' }
  | { readonly who: 'person'; readonly permission: Permission; readonly isDecision: boolean }

const OPEN: Access = { who: 'public' }
const person = (permission: Permission): Access => ({
  who: 'person',
  permission,
  isDecision: false,
})
const decision = (permission: Permission): Access => ({
  who: 'person',
  permission,
  isDecision: true,
})

// biome-ignore format: a table reads best with one row per line
export const ACCESS: Readonly<Record<string, Access>> = {
  'GET /healthz': OPEN,
  'GET /readyz': OPEN,
  'GET /problems/:code': OPEN,
  'GET /api/openapi.json': OPEN,

  // Entries hold nothing but ids, digests and labels, and witnesses and monitors must be able to fetch them.
  'GET /log/:tenant/checkpoint': OPEN,
  'GET /log/:tenant/tile/*': OPEN,

  'GET /.well-known/oauth-authorization-server': OPEN,
  'GET /.well-known/oauth-protected-resource': OPEN,
  'GET /.well-known/oauth-protected-resource/mcp': OPEN,
  'GET /.well-known/oauth-protected-resource/mcp/u/:upstream': OPEN,
  'GET /oauth/jwks': OPEN,
  // The workload proves itself inside: the assertion is the request.
  'POST /oauth/token': OPEN,

  'POST /api/v1/calls': { who: 'task' },

  'GET /api/v1/calls/:id/undo': person('read'),
  'POST /api/v1/calls/:id/undo': decision('decide'),
  'GET /api/v1/containments': person('read'),
  'POST /api/v1/containments/:id/extend': decision('decide'),

  'GET /api/v1/me': person('read'),
  'GET /api/v1/events': person('read'),
  // Whose link it may be is the command's to say.
  'POST /api/v1/login-links': decision('decide'),
  // What is presented is the proof, as at the token endpoint.
  'POST /api/v1/session': OPEN,
  'POST /api/v1/session/options': OPEN,
  'DELETE /api/v1/session': person('read'),
  'GET /api/v1/sessions': person('read'),
  'DELETE /api/v1/sessions/:id': person('read'),

  'GET /api/v1/running': person('read'),
  'GET /api/v1/tasks': person('read'),
  'POST /api/v1/tasks': person('task.open'),
  'POST /api/v1/tasks/:id/close': person('task.close'),

  'GET /api/v1/approvals': person('read'),
  'GET /api/v1/approvals/counts': person('read'),
  'GET /api/v1/approvals/:id': person('read'),
  'POST /api/v1/approvals/:id/view': decision('decide'),
  'POST /api/v1/approvals/:id/approve': decision('decide'),
  'POST /api/v1/approvals/:id/deny': decision('decide'),
  'POST /api/v1/approvals/group': decision('decide'),
  'POST /api/v1/approvals/:id/modify': decision('decide'),
  'POST /api/v1/approvals/:id/ask': decision('decide'),
  'POST /api/v1/approvals/:id/acknowledge': decision('decide'),
  'POST /api/v1/approvals/:id/cancel': decision('decide'),
  'POST /api/v1/approvals/:id/take-over': decision('decide'),

  'GET /api/v1/plans': person('read'),
  'GET /api/v1/plans/:id': person('read'),
  'POST /api/v1/plans': person('task.open'),
  'POST /api/v1/plans/import': person('task.open'),
  'POST /api/v1/plans/:id/stop': decision('decide'),

  'GET /api/v1/standing-plans': person('read'),
  'POST /api/v1/standing-plans': decision('decide'),
  'POST /api/v1/standing-plans/:id/revoke': decision('decide'),
  'GET /api/v1/standing-uses': person('read'),
  'POST /api/v1/standing-uses/:call/verdict': decision('decide'),
  'GET /api/v1/reports/pre-approved': person('read'),

  'GET /api/v1/agents': person('read'),
  'GET /api/v1/agents/:id/posture': person('read'),
  'GET /api/v1/agents/:id/under-way': person('read'),
  'POST /api/v1/agents': decision('agent.register'),
  'POST /api/v1/agents/:id/activate': decision('agent.activate'),
  'POST /api/v1/agents/:id/suspend': decision('agent.suspend'),
  'POST /api/v1/agents/:id/retire': decision('agent.retire'),
  'POST /api/v1/agents/:id/mode': decision('agent.change'),
  'POST /api/v1/agents/:id/grants': decision('agent.change'),
  // Adding needs agent.change, which the command asks for; revoking a key is as wide as suspending.
  'POST /api/v1/agents/:id/keys': decision('agent.suspend'),

  'GET /api/v1/people': person('read'),
  'POST /api/v1/people': decision('person.register'),
  // Suspending alone is wider than re-roling; the command tells them apart.
  'POST /api/v1/people/:id': decision('person.suspend'),
  'GET /api/v1/people/:id/certificates': person('read'),
  'POST /api/v1/people/:id/certificates': decision('certificate.put'),
  'GET /api/v1/roster': person('read'),
  'GET /api/v1/roster/coverage': person('read'),
  'POST /api/v1/roster/shifts': decision('shift.put'),

  'GET /api/v1/passkeys': person('read'),
  // Enrolling also needs a strong login, and revoking another's more than this; the commands say so.
  'POST /api/v1/passkeys': decision('decide'),
  'POST /api/v1/passkeys/options': decision('decide'),
  'POST /api/v1/passkeys/:id/vouch': decision('passkey.vouch'),
  'POST /api/v1/passkeys/:id/revoke': decision('decide'),

  'POST /api/v1/approvals/:id/escalate': decision('approval.escalate'),
  'POST /api/v1/approvals/:id/emergency-release': decision('decide'),
  'POST /api/v1/cases/:id/overrides': decision('approval.override'),
  'GET /api/v1/reviews': person('read'),
  'POST /api/v1/reviews/:id/verdict': decision('review.verdict'),
  'GET /api/v1/delegations': person('read'),
  'POST /api/v1/delegations': decision('decide'),
  'DELETE /api/v1/delegations/:id': decision('decide'),
  'GET /api/v1/cases/:id/safeguards': person('read'),
  'POST /api/v1/cases/:id/evidence-waivers': decision('evidence.waive'),
  'GET /api/v1/cases/:id/suspects': person('read'),
  'PUT /api/v1/cases/:id/suspects/:person': decision('suspect.mark'),
  'DELETE /api/v1/cases/:id/suspects/:person': decision('suspect.clear'),

  'GET /api/v1/cases': person('read'),
  'GET /api/v1/cases/:id': person('read'),
  'GET /api/v1/cases/:id/calls': person('read'),
  'GET /api/v1/approvals/:id/timeline': person('read'),
  'GET /api/v1/cases/:id/evidence': person('read'),
  'GET /api/v1/cases/:id/alert-clusters': person('read'),
  'GET /api/v1/cases/:id/timeline': person('read'),
  'GET /api/v1/cases/:id/entries/:entry/:name': person('read'),
  'GET /api/v1/evidence/:id': person('read'),
  'PUT /api/v1/cases/:external_ref': person('case.put'),
  'POST /api/v1/cases/:id/export': person('case.export'),
  'GET /api/v1/assets': person('read'),
  'PUT /api/v1/assets/:kind/:name': person('asset.put'),

  'GET /api/v1/tools': person('read'),
  'GET /api/v1/tools/:upstream/:name/diff': person('read'),
  'POST /api/v1/tools/:upstream/:name/review': decision('tool.review'),

  'GET /api/v1/policies': person('read'),
  'GET /api/v1/policies/active': person('read'),
  'GET /api/v1/policies/active/tests': person('read'),
  'POST /api/v1/policies': decision('policy.publish'),
  'POST /api/v1/policies/check': person('read'),
  'POST /api/v1/policies/explain': person('read'),
  'POST /api/v1/policies/test': person('read'),

  'GET /api/v1/secrets': person('read'),
  'PUT /api/v1/secrets/:name': person('secret.put'),
  'DELETE /api/v1/secrets/:name': person('secret.put'),
  'GET /api/v1/leases': person('read'),
  'GET /api/v1/leases/:id': person('read'),

  'GET /api/v1/stops': person('read'),
  'POST /api/v1/stops': decision('decide'),
  'DELETE /api/v1/stops/:id': decision('stop.release'),

  // The signature over the raw bytes is the caller; who may decide what is tested behind it.
  'POST /api/v1/chat/slack': OPEN,
  'POST /api/v1/people/:id/chat': decision('person.change'),
  // Each kind of file has its own permission, which the route asks for.
  'POST /api/v1/imports/:kind': decision('decide'),
  'GET /api/v1/changes': person('read'),
  'GET /api/v1/changes/:id': person('read'),
  'GET /api/v1/governance': person('read'),
  // Each kind of change has its own permission, which the command asks for.
  'POST /api/v1/changes/:id/confirm': decision('decide'),
  'POST /api/v1/changes/:id/reject': decision('decide'),
  'POST /api/v1/changes/:id/review': decision('decide'),
  'GET /api/v1/deliveries': person('read'),

  'GET /api/v1/oversight': person('oversight.read'),

  'GET /api/v1/ledger/checkpoint': person('read'),
  'GET /api/v1/ledger/check': person('ledger.check'),
  'GET /api/v1/ledger/prove/:index': person('read'),
}

/**
 * The console: its page and its files, open because they hold nothing. What it shows comes from the routes above,
 * and these are no part of the API.
 */
const CONSOLE_ROWS: readonly string[] = [
  'GET /',
  'GET /assets/*',
  ...CONSOLE_PAGES.flatMap((name) => [`GET /${name}`, `GET /${name}/*`]),
]

/** The row of a route; undefined means the route may not exist. A HEAD is read like its GET. */
export function accessOf(method: string, url: string): Access | undefined {
  const key = `${method === 'HEAD' ? 'GET' : method} ${url}`
  if (CONSOLE_ROWS.includes(key)) return OPEN
  return Object.hasOwn(ACCESS, key) ? ACCESS[key] : undefined
}
