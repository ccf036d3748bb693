/**
 * Every way the product says no, in one place. A *failure* is an Error with one of these codes; a *refusal*
 * (a decision of policy, a state that forbids) is a value that carries one. Both reach the outside as an
 * RFC 9457 problem or a typed MCP result made from this table, so the same code means the same everywhere.
 *
 * `who` says who must act next: the `agent` or `caller` (their request), the `person`, the `operator` (our
 * installation), the `peer` (an upstream), or `us` (a defect). `next` is the one step that helps.
 */

type Row = {
  readonly who: Who
  readonly status: number
  readonly title: string
  readonly next: string
}
export type Who = 'caller' | 'agent' | 'person' | 'operator' | 'peer' | 'us'

const row = (who: Who, status: number, title: string, next: string): Row => ({
  who,
  status,
  title,
  next,
})

// biome-ignore format: a table reads best with one row per line
export const FAILURES = {
  // reading what came in
  json_malformed: row('caller', 400, 'The body is not JSON', 'Send one well-formed JSON value in UTF-8.'),
  json_duplicate_key: row('caller', 400, 'A member name repeats', 'Send each member once.'),
  json_unsafe_number: row('caller', 400, 'A number cannot be represented exactly', 'Send large integers as strings.'),
  json_too_deep: row('caller', 400, 'The body is nested too deeply', 'Flatten the arguments.'),
  json_too_large: row('caller', 413, 'The body is too large', 'Send less, or a reference to the data.'),
  json_not_canonical: row('caller', 400, 'The value has no canonical form', 'Remove NaN, Infinity and lone surrogates.'),
  request_invalid: row('caller', 400, 'The request is not valid', 'Compare it with /api/openapi.json.'),
  media_type_unsupported: row('caller', 415, 'The media type is not read here', 'Send application/json; the token endpoint takes a form.'),
  header_mismatch: row('caller', 400, 'Headers and body disagree', 'Send headers that repeat the body.'),
  not_found: row('caller', 404, 'There is no such thing', 'List what exists first.'),
  method_not_allowed: row('caller', 405, 'The method is not allowed here', 'See /api/openapi.json.'),
  rate_limited: row('caller', 429, 'Too many requests', 'Wait for the time in Retry-After.'),
  conflict: row('caller', 409, 'It already exists or has changed', 'Read it again, then retry.'),

  // who
  not_authenticated: row('caller', 401, 'The caller is not known', 'Present a valid token.'),
  token_expired: row('agent', 401, 'The token has expired', 'Exchange the workload JWT for a new task token.'),
  token_wrong_audience: row('agent', 401, 'The token is for another audience', 'Ask for a token for this resource.'),
  token_replayed: row('agent', 401, 'The assertion was used before', 'Sign a fresh workload JWT for each exchange.'),
  resource_unknown: row('caller', 400, 'Tokens are not issued for this resource', 'Name the resource of /.well-known/oauth-protected-resource.'),
  details_invalid: row('caller', 400, 'The authorization details are not valid', 'Send one countersign_task with case and purpose, or with task.'),
  grant_type_unknown: row('caller', 400, 'The grant type is not offered here', 'Use the token exchange of RFC 8693.'),
  human_token_refused: row('agent', 401, "An agent may not present a person's token", 'Authenticate as the workload; the analyst comes from the task.'),
  login_refused: row('person', 401, 'The login is refused', 'Ask for a new link with `countersign login`, or use your passkey.'),
  session_ended: row('person', 401, 'The session has ended', 'Log in again.'),
  cross_site_refused: row('caller', 403, 'The request did not come from the console', 'Send it from the pages of this gateway, with their header.'),
  login_too_weak: row('person', 403, 'The login does not prove enough for a new passkey', 'Log in with a passkey, or with a fresh link from a platform engineer.'),
  passkey_refused: row('person', 400, 'The key is not taken', 'Try again with a key that asks for a PIN or a finger; the message says why.'),
  passkey_required: row('person', 403, 'The decision needs a signature with a passkey', 'Decide in the console, where your device can sign.'),
  passkey_unknown: row('person', 403, 'The passkey is not known', 'Sign with a passkey of yours that is enrolled here.'),
  passkey_not_active: row('person', 403, 'The passkey does not count', 'Use another one, or have it vouched for.'),
  signature_replayed: row('person', 409, 'The signature was used before', 'Read the request again; it needs a new signature.'),
  signature_invalid: row('person', 403, 'The signature does not hold', 'Read the request again and sign what it shows.'),
  agent_unknown: row('agent', 401, 'The agent is not registered', 'Ask the platform engineer to register it.'),
  agent_not_active: row('agent', 403, 'The agent is not active', 'Ask its owner to activate it.'),
  not_permitted: row('person', 403, 'The person may not do this', 'Ask somebody who holds the role.'),
  agent_may_not_approve: row('agent', 403, 'Only people approve', 'Wait for a person; an agent cannot decide.'),

  // for what
  task_closed: row('agent', 403, 'The task is closed', 'Open a new task.'),
  task_expired: row('agent', 403, 'The task has expired', 'Open a new task.'),
  task_tenant_mismatch: row('agent', 403, 'The object belongs to another tenant', 'Work inside the tenant of the task.'),
  case_closed: row('agent', 403, 'The case is closed', 'Reopen the case in its own system, or stop.'),
  purpose_forbids: row('agent', 403, 'The purpose of the task does not allow this', 'Recommend it, or open a task to respond.'),
  mode_forbids: row('agent', 403, 'The mode of the agent does not allow this', 'Use countersign_recommend instead.'),
  shadow_recorded: row('agent', 403, 'Recorded, not executed: the agent is in shadow mode', 'Go on; nothing was changed.'),

  // what
  tool_not_granted: row('agent', 403, 'The tool is not granted to this agent', 'Use a tool from tools/list.'),
  tool_unknown: row('agent', 404, 'There is no such tool', 'Use a tool from tools/list.'),
  tool_quarantined: row('agent', 403, 'The tool is blocked until a person has reviewed it', 'Use another tool; the review is waiting.'),
  tool_drifted: row('agent', 403, 'The tool changed since it was reviewed', 'Use another tool; the review is waiting.'),
  upstream_unknown: row('agent', 404, 'There is no such upstream', 'Use a tool from tools/list.'),
  method_not_governed: row('agent', 403, 'This method has no governed form', 'Use tools, resources or prompts.'),
  target_missing: row('agent', 403, 'The call names no target', 'Name exactly what is to be acted upon.'),
  target_never_touch: row('agent', 403, 'The target is on the never-touch list', 'Escalate to a person.'),
  evidence_at_risk: row('agent', 403, 'Evidence would be destroyed that nobody has preserved', 'Preserve it and check the impact with the tools that are named, or have whoever leads the shift waive it.'),
  confirmation_not_yours: row('agent', 403, 'A confirmation argument is not the agent\'s to give', 'Leave it out; the gateway sets it after approval.'),
  arguments_invalid: row('agent', 400, 'The arguments do not fit the tool', 'Correct the arguments.'),
  review_refused: row('person', 400, 'The classification breaks a rule', 'Correct the entry as the message says.'),
  catalogue_invalid: row('operator', 500, 'A catalogue file is not valid', 'Correct the named place.'),
  classification_failed: row('operator', 403, 'The call could not be classified', 'Correct the catalogue entry.'),

  // decide
  facts_unavailable: row('operator', 503, 'A fact is missing, unreadable or too old', 'Restore the source; reads continue.'),
  facts_changed: row('agent', 409, 'The facts kept changing while deciding', 'Call again.'),
  policy_missing: row('operator', 403, 'No policy bundle is active', 'Publish a bundle.'),
  policy_unrecorded: row('operator', 503, 'The active policy is not what the ledger says was published', 'Treat it as tampering: see docs/guides/restore.md.'),
  policy_error: row('operator', 403, 'The policy could not be evaluated', 'Run `countersign policy check`.'),
  policy_invalid: row('operator', 400, 'The policy bundle is not valid', 'Run `countersign policy check` and correct what it names.'),
  no_permit: row('agent', 403, 'No policy permits this', 'Do something else; asking again will not help.'),
  no_permit_even_if_approved: row('agent', 403, 'No approval could permit this', 'Do something else; asking again will not help.'),
  forbidden: row('agent', 403, 'A policy forbids this', 'Do something else; asking again will not help.'),
  budget_exhausted: row('agent', 429, 'A budget of the task is used up', 'Stop and report; a person may extend it.'),
  stopped: row('agent', 403, 'A person has pressed stop', 'Stop; a person resumes.'),
  cross_tenant: row('agent', 403, 'The call reaches into another tenant', 'Work inside the tenant of the task.'),

  // hold
  pending_approval: row('agent', 202, 'The call waits for a person', 'Call countersign_await with the approval id, or make the identical call again.'),
  contained_elsewhere: row('agent', 403, 'The target was contained for another case', 'Leave it; the shift lead lifts it, from the shift board.'),
  approval_denied: row('agent', 403, 'A person denied the call', 'Read the reason; do not repeat the call.'),
  approval_expired: row('agent', 403, 'Nobody decided in time', 'Call again only if it is still needed.'),
  approval_cancelled: row('agent', 403, 'The request was withdrawn', 'Call again only if it is still needed.'),
  approval_modified: row('agent', 409, 'A person changed the arguments', 'Call again with the arguments given here.'),
  approval_stopped: row('agent', 403, 'A person pressed stop while the call waited', 'Stop; once a person has resumed, call again if it is still needed.'),
  approval_superseded: row('agent', 409, 'The request was overtaken by other facts', 'Call again; it will be decided afresh.'),
  approval_void: row('agent', 403, 'The approval no longer holds', 'Call again; it will be decided afresh.'),
  approval_closed: row('person', 409, 'The request is already decided', 'Read its state.'),
  digest_mismatch: row('agent', 409, 'This is not the action that was approved', 'Make exactly the approved call, or a new one without the approval id.'),
  seen_digest_mismatch: row('person', 409, 'The request changed since you saw it', 'Read it again, then decide.'),
  too_many_open_requests: row('agent', 429, 'Too many requests of this agent wait for people', 'Wait for a decision or withdraw a request.'),
  too_many_new_requests: row('agent', 429, 'The agent asks people too fast', 'Wait a minute, then ask for what matters most; withdraw what does not.'),
  not_eligible: row('person', 403, 'The person may not decide this request', 'The failing test is named; another holder is asked.'),
  chat_may_not_approve: row('person', 403, 'A chat may not approve this class', 'Open the link of the message and decide there.'),
  second_person_needed: row('person', 409, 'A second person is needed', 'Send it again with --propose "why" (header Countersign-Propose); another person confirms it.'),
  change_proposed: row('person', 202, 'The change waits for a second person', 'Ask them to run countersign change confirm.'),
  change_closed: row('person', 409, 'The change is decided already', 'Read its state; propose it again if it is still needed.'),
  nobody_above: row('person', 409, 'Nobody in a role above can answer', 'Page them by other means, or release in an emergency if waiting does harm.'),
  emergency_refused: row('person', 403, 'This may not be released as an emergency', 'The reason is named; the request waits on.'),
  owner_unresolved: row('person', 409, 'A gated class has nobody who could own it', 'Register, certify or re-role somebody for what is named, then publish again.'),
  import_faulty: row('person', 400, 'The file has faults, so nothing was imported', 'Run it with --dry-run and correct each line it names.'),
  reason_required: row('person', 400, 'A decision needs a reason', 'Say why in a sentence.'),
  group_refused: row('person', 409, 'Part of the group cannot be decided, so nothing was', 'Leave out the requests that are named, or decide them one by one.'),
  acknowledgement_missing: row('person', 400, 'What the decision may set off is not acknowledged', 'Read the consequences in the package and send their names in "acknowledged".'),
  grant_used: row('agent', 409, 'The approval was already used', 'Call again; it needs a new approval.'),

  // plans
  plan_invalid: row('agent', 400, 'The plan is not valid', 'Correct the named place.'),
  plan_off: row('agent', 409, 'The call is not in the approved plan, which has stopped', 'Propose the whole chain again with countersign_propose_plan.'),
  plan_order: row('agent', 409, 'The call is not the next step of the approved plan, which has stopped', 'Propose the whole chain again with countersign_propose_plan.'),
  plan_cap: row('agent', 409, 'The call goes beyond a cap of the approved plan, which has stopped', 'Propose the whole chain again with countersign_propose_plan.'),
  plan_step_failed: row('agent', 409, 'The step before did not succeed, so the plan has stopped', 'Find out what happened, then propose the rest with countersign_propose_plan.'),
  standing_floor: row('person', 400, 'A pre-authorisation may not cross this hard floor', 'Leave the class out; a person decides each of its calls.'),
  plan_busy: row('agent', 409, 'The step before is still under way', 'Call again when it has its outcome.'),
  plan_stopped: row('agent', 403, 'The plan of this task has stopped', 'Propose the whole chain again with countersign_propose_plan; a single call is not asked about.'),

  // act
  slot_refused: row('us', 500, 'The dispatch slot is forged, used or for something else', 'Report it; nothing was sent.'),
  upstream_unreachable: row('peer', 502, 'The tool server cannot be reached', 'Try later; nothing was sent.'),
  upstream_failed: row('peer', 502, 'The tool server failed', 'Read its message; do not repeat a write blindly.'),
  upstream_timeout: row('peer', 504, 'The tool server did not answer in time', 'The outcome is unknown; it is being checked.'),
  upstream_protocol: row('peer', 502, 'The tool server broke the protocol', 'Ask the platform engineer.'),
  call_halted: row('agent', 403, 'The call was cut off: what allowed it was taken back', 'Stop. Do not repeat it; whether it took effect is being checked.'),
  outcome_unknown: row('agent', 502, 'Whether the call took effect is not known', 'Do not repeat it; the outcome is being checked.'),
  cancelled: row('agent', 499, 'The caller went away', 'Call again if it is still needed.'),
  fan_out_exceeded: row('agent', 429, 'The calls reach too many different targets', 'Propose a plan; the shift lead was told.'),
  undo_impossible: row('person', 409, 'There is nothing to take back this way', 'The reason is named; act on the target by another tool.'),
  undo_running: row('person', 409, 'Somebody is taking it back right now', 'Look again in a moment.'),
  undo_failed: row('person', 502, 'Taking it back did not work', 'The effect is still there: act on the target itself, then find out why.'),
  not_ready_to_delegate: row('person', 409, 'The agent may not act on standing plans yet', 'Close the gap that is named, then change the mode again.'),
  recommendation_unknown: row('agent', 400, 'A cited recommendation is not recorded in this case', 'Cite the id countersign_recommend answered in this case.'),
  recommendation_unowned: row('agent', 409, 'Nobody would own the recommendation', 'Tell a person: the case, or who the work is for, needs an active owner.'),
  evidence_unknown: row('agent', 400, 'A cited evidence id is not recorded in this case', 'Cite ids from _meta of earlier results.'),

  // borrowed credentials
  broker_unreachable: row('peer', 503, 'The credential cannot be borrowed now', 'Try later; nothing was sent.'),
  broker_refused: row('operator', 502, 'The broker does not lend the credential', 'Correct what the message names at the broker; nothing was sent.'),

  lease_refused: row('us', 403, 'The credential was borrowed for something else', 'Nothing was sent with it. Find out who presented it; people were paged.'),

  // rotas kept elsewhere
  roster_unreachable: row('operator', 502, 'The rota cannot be fetched', 'Check address and token; the last known rota stands in, marked stale.'),
  roster_unreadable: row('operator', 502, 'The rota cannot be taken at its word', 'Correct the feed or its settings; the last known rota stands in, marked stale.'),

  // telling people
  channel_unreachable: row('operator', 502, 'The channel cannot be reached', 'It is tried again; check the server if that goes on.'),
  channel_refused: row('operator', 502, 'The channel does not take the message', 'Correct its address or secret in the configuration.'),

  // store, ledger, installation
  query_outside_transaction: row('us', 500, 'A query ran outside its transaction', 'Report it.'),
  ledger_unwritable: row('operator', 503, 'The ledger cannot be written, so nothing runs', 'Free the disk or restore the database.'),
  store_busy: row('operator', 503, 'The store is overloaded', 'Try again shortly.'),
  store_locked: row('operator', 500, 'Another process holds the data directory', 'Stop the other process first.'),
  store_behind_witness: row('operator', 500, 'The store is older than its witness', 'A backup was restored: see docs/guides/restore.md.'),
  store_forked: row('operator', 500, 'The store and its witness disagree', 'Treat it as tampering: see docs/guides/restore.md.'),
  store_schema_unknown: row('operator', 500, 'The database was written by another version', 'Start the version that wrote it.'),
  store_not_durable: row('operator', 500, 'The database is set to lose acknowledged writes', 'Turn fsync and synchronous commit on.'),
  ledger_entry_tampered: row('operator', 500, 'A ledger entry does not match its hash', 'Treat it as tampering.'),
  ledger_tile_torn: row('operator', 500, 'A stored tile does not match the entries', 'Rebuild the tiles from the entries.'),
  ledger_head_wrong: row('operator', 500, 'The ledger head does not match the entries', 'Treat it as tampering.'),
  signer_refused: row('operator', 500, 'The signer refused an inconsistent tree', 'Treat it as tampering: the log was rolled back or forked.'),
  entry_not_allowed: row('us', 500, 'A ledger entry holds something it may not', 'Report it.'),
  note_malformed: row('operator', 400, 'A signed note or proof is not well formed', 'Fetch the file again; it may be cut or altered.'),
  trust_policy_invalid: row('operator', 400, 'The trust policy cannot be read', 'Correct the named line; the format is C2SP tlog-policy.'),
  export_malformed: row('operator', 400, 'The file is not a case export', 'Export the case again; the file may be cut or altered.'),
  payload_unreadable: row('operator', 500, 'A stored payload cannot be opened', 'Check the key file.'),
  config_invalid: row('operator', 500, 'The configuration is not valid', 'Correct the named key.'),
  gateway_unreachable: row('operator', 503, 'The gateway cannot be reached', 'Start it with `countersign serve`, or say where it is in COUNTERSIGN_URL.'),
  usage_invalid: row('caller', 400, 'The command line is not valid', 'Run the command with --help.'),
  demo_failed: row('us', 500, 'The demo did not go as it has to', 'Read the last lines of its story; report it with them.'),
  node_too_old: row('operator', 500, 'Node 24 is needed', 'Run npm ci; scripts then use the pinned Node.'),
  clock_skewed: row('operator', 503, 'The clock of this node is wrong', 'Synchronise the clock.'),
  internal: row('us', 500, 'Something went wrong that should not', 'Report it with the instance id.'),
} as const satisfies Record<string, Row>

export type FailureCode = keyof typeof FAILURES

/** Whether a text is one of our codes; used where a code comes back over the wire. */
export function isFailureCode(text: string): text is FailureCode {
  return Object.hasOwn(FAILURES, text)
}

/** A failure with its code. `detail` names the thing and the rule, never a secret or a payload. */
export class Failure extends Error {
  readonly code: FailureCode

  constructor(code: FailureCode, detail: string, options?: ErrorOptions) {
    super(detail, options)
    this.name = 'Failure'
    this.code = code
  }
}

/** The code of anything thrown; what is not a Failure is `internal`. */
export function codeOf(error: unknown): FailureCode {
  return error instanceof Failure ? error.code : 'internal'
}

/** A no as a value: code, one sentence, and what may be said to the refused party about the why. */
export type Refusal = {
  readonly code: FailureCode
  readonly detail: string
  /** Ids of the policies that decided, sorted; empty when no policy was reached. */
  readonly policyIds: readonly string[]
}

export function refusal(
  code: FailureCode,
  detail: string,
  policyIds: readonly string[] = [],
): Refusal {
  return { code, detail, policyIds }
}
