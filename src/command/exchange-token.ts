/**
 * The token endpoint's one grant: RFC 8693 token exchange. An agent proves itself with a workload JWT it signed
 * and gets a task token of at most five minutes. A person's token buys nothing (R11): the analyst answerable
 * for the work comes from the task. Every refusal of an agent we know is an entry.
 */
import type { Agent } from '../identity/agent.ts'
import type { Work } from '../kernel/commit.ts'
import { digestOf } from '../kernel/digest.ts'
import type { EntryDraft, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { TaskDetails } from '../task/authorization-details.ts'
import { readTaskDetails } from '../task/authorization-details.ts'
import type { TokenContent, TokenSigner } from '../task/ports.ts'
import type { Task } from '../task/task.ts'
import type { CommandBase } from './base.ts'
import { commitUnchanged, draft } from './base.ts'
import { invalid } from './input.ts'
import type { TaskDeps } from './open-task.ts'
import { findCase, prepareTask, requireActive } from './open-task.ts'
import type { CallerDeps, ProvenCaller } from './prove-caller.ts'
import { isPersonToken, proveCaller, recordRefusal } from './prove-caller.ts'

export type ExchangeDeps = TaskDeps &
  CallerDeps & {
    readonly signer: TokenSigner
    /** The only resource tokens are issued for: `<base>/mcp`. */
    readonly resource: string
  }

/** The form of RFC 8693 section 2.1, as sent. */
export type ExchangeInput = {
  readonly grantType?: string
  readonly actorToken?: string
  readonly actorTokenType?: string
  readonly subjectToken?: string
  readonly subjectTokenType?: string
  readonly requestedTokenType?: string
  /** `resource` and `audience` together; all must name our resource. */
  readonly targets: readonly string[]
  readonly authorizationDetails?: string
}

export type IssuedToken = {
  readonly token: string
  readonly issuedAtMs: number
  readonly expiresAtMs: number
  readonly task: Task
  readonly receipts: readonly Receipt[]
}

export const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt'
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'

/** DESIGN 11. Milliseconds. */
const TOKEN_LIFETIME_MS = 300_000

/**
 * Throws `request_invalid`, `grant_type_unknown`, `human_token_refused`, `not_authenticated`, `agent_unknown`,
 * `token_expired`, `token_wrong_audience`, `token_replayed`, `resource_unknown`, `details_invalid`,
 * `agent_not_active`, `case_closed`, `not_found`, `task_closed`, `task_expired`, `tool_not_granted`.
 */
export async function exchangeToken(
  deps: ExchangeDeps,
  input: ExchangeInput,
): Promise<IssuedToken> {
  if (input.grantType === undefined) throw invalid('grant_type is missing')
  if (input.grantType !== TOKEN_EXCHANGE_GRANT) {
    throw new Failure('grant_type_unknown', 'grant_type is not the token exchange of RFC 8693')
  }
  if (input.actorToken === undefined) throw invalid('actor_token is missing')
  const caller = await proveCaller(deps, input.actorToken)
  try {
    const details = readForm(deps, input)
    return await issue(deps, caller, details)
  } catch (error) {
    await recordRefusal(deps, caller, error)
    throw error
  }
}

function readForm(deps: ExchangeDeps, input: ExchangeInput): TaskDetails {
  const { subjectToken, actorToken, targets } = input
  if (subjectToken === undefined) throw invalid('subject_token is missing')
  if (isPersonToken(subjectToken)) {
    throw new Failure('human_token_refused', "subject_token is a person's token")
  }
  if (input.actorTokenType !== JWT_TYPE || input.subjectTokenType !== JWT_TYPE) {
    throw invalid(`actor_token_type and subject_token_type are ${JWT_TYPE}`)
  }
  if (subjectToken !== actorToken) {
    throw invalid('subject_token is the same workload JWT as actor_token')
  }
  const requested = input.requestedTokenType ?? ACCESS_TOKEN_TYPE
  if (requested !== ACCESS_TOKEN_TYPE) throw invalid(`requested_token_type is ${ACCESS_TOKEN_TYPE}`)
  if (targets.length === 0 || targets.some((target) => target !== deps.resource)) {
    throw new Failure('resource_unknown', `resource or audience is ${deps.resource}`)
  }
  if (input.authorizationDetails === undefined) {
    throw new Failure('details_invalid', 'authorization_details is missing')
  }
  return readTaskDetails(input.authorizationDetails)
}

async function issue(
  deps: ExchangeDeps,
  caller: ProvenCaller,
  details: TaskDetails,
): Promise<IssuedToken> {
  const { agent, assertion } = caller
  const keys = [`agent/${agent.id}`, await placeKey(deps, agent, details)]
  const prepare = async (): Promise<Work<Omit<IssuedToken, 'receipts'>>> => {
    const { task, opened } = await taskFor(deps, agent.id, agent.tenant, details)
    const issuedAtMs = deps.nowMs()
    const content = contentOf(deps, agent, task, issuedAtMs)
    // Signed before the commit, handed out only after it: no token exists outside without its entry.
    const token = await deps.signer.sign(content, issuedAtMs)
    return async (tx) => {
      await deps.agents.spendAssertion(tx, agent.id, assertion.jti, assertion.expiresAtMs)
      const issued = issuedEntry(deps, task, content)
      if (opened !== undefined) await deps.tasks.put(tx, task)
      return {
        value: { token, issuedAtMs, expiresAtMs: content.expiresAtMs, task },
        entries: opened === undefined ? [issued] : [opened, issued],
      }
    }
  }
  const committed = await commitUnchanged(deps, agent.tenant, keys, prepare)
  return { ...committed.value, receipts: committed.receipts }
}

/** What must not change between reading and commit, beside the agent. */
async function placeKey(deps: ExchangeDeps, agent: Agent, details: TaskDetails): Promise<string> {
  if (details.task !== undefined) return `task/${details.task}`
  const record = await findCase(deps.cases, agent.tenant, details.caseRef ?? '')
  if (record === undefined) throw new Failure('not_found', 'no such case in this tenant')
  return `case/${record.id}`
}

async function taskFor(
  deps: ExchangeDeps,
  agentId: string,
  tenant: string,
  details: TaskDetails,
): Promise<{ readonly task: Task; readonly opened?: EntryDraft }> {
  const agent = await deps.agents.byId(tenant, agentId)
  if (agent === undefined) throw new Failure('agent_unknown', 'the agent is gone')
  requireActive(agent)
  if (details.task !== undefined)
    return { task: await openTaskOf(deps, agent, details.task, details) }
  if (details.caseRef === undefined || details.purpose === undefined) {
    throw new Failure('details_invalid', 'case and purpose are needed')
  }
  const { task, entry } = await prepareTask(deps, agent, agent.owner, actorOf(agent), {
    caseRef: details.caseRef,
    purpose: details.purpose,
    scope: details.scope ?? [],
  })
  return { task, opened: entry }
}

/** The agent's own open task, when all that was said beside its id agrees with it. */
async function openTaskOf(
  deps: ExchangeDeps,
  agent: Agent,
  id: string,
  details: TaskDetails,
): Promise<Task> {
  const task = await deps.tasks.byId(agent.tenant, id)
  // Another agent's task does not exist for this one.
  if (task === undefined || task.agent !== agent.id)
    throw new Failure('not_found', 'no such task of this agent')
  if (task.state !== 'open') throw new Failure('task_closed', 'the task is closed')
  if (task.expiresAtMs <= deps.nowMs()) throw new Failure('task_expired', 'the task has expired')
  const record = await deps.cases.byId(agent.tenant, task.caseId)
  if (record?.state !== 'open') throw new Failure('case_closed', 'the case is closed')
  const { caseRef, purpose, scope } = details
  const agrees =
    (caseRef === undefined || caseRef === record.id || caseRef === record.externalRef) &&
    (purpose === undefined || purpose === task.purpose) &&
    (scope === undefined || [...scope].sort().join('\n') === task.scope.join('\n'))
  if (!agrees) throw new Failure('details_invalid', 'case, purpose or scope differ from the task')
  return task
}

function contentOf(deps: CommandBase, agent: Agent, task: Task, issuedAtMs: number): TokenContent {
  // Whole seconds, as a JWT carries them, and never beyond the task.
  const untilMs = Math.min(issuedAtMs + TOKEN_LIFETIME_MS, task.expiresAtMs)
  const expiresAtMs = Math.floor(untilMs / 1000) * 1000
  if (expiresAtMs <= issuedAtMs) throw new Failure('task_expired', 'the task is about to expire')
  return {
    tenant: agent.tenant,
    agent: agent.id,
    task: task.id,
    onBehalfOf: task.onBehalfOf,
    tokenId: deps.nextId(),
    expiresAtMs,
    agentSubject: agent.subject,
    caseId: task.caseId,
    purpose: task.purpose,
    scope: task.scope,
  }
}

function issuedEntry(deps: CommandBase, task: Task, content: TokenContent): EntryDraft {
  const token = digestOf('countersign-token-v1', new TextEncoder().encode(content.tokenId))
  return draft(
    deps,
    'token.issued',
    { kind: 'agent', id: content.agent },
    {
      caseId: task.caseId,
      task: task.id,
      data: { task: task.id, token, expires: content.expiresAtMs },
    },
  )
}

function actorOf(agent: Agent) {
  return { kind: 'agent', id: agent.id } as const
}
