/**
 * Opens a bounded piece of delegated work. A person does it for an agent (POST /api/v1/tasks, CLI), or the
 * agent does it for itself by exchanging its workload JWT; both come through `prepareTask`, so a task means
 * the same whoever opened it.
 */
import type { Case, CaseStore } from '../case/case.ts'
import type { Agent } from '../identity/agent.ts'
import { covers, readGrants } from '../identity/grant.ts'
import type { AgentStore } from '../identity/ports.ts'
import type { Actor, EntryDraft, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { isId } from '../kernel/ids.ts'
import type { TaskStore } from '../task/ports.ts'
import type { Purpose, Task } from '../task/task.ts'
import { PURPOSES } from '../task/task.ts'
import type { CommandBase, Doer } from './base.ts'
import { actorOf, commitUnchanged, draft, jsonPayload } from './base.ts'
import { requireLine, requireWhole, requireWord } from './input.ts'
import { requirePermission } from './permissions.ts'

export type TaskDeps = CommandBase & {
  readonly agents: AgentStore
  readonly cases: CaseStore
  readonly tasks: TaskStore
  /** How long a task lives unless asked for less. Milliseconds. */
  readonly taskLifetimeMs: number
}

/** The work asked for. `caseRef` is our case id or the number in the ticket system. */
export type TaskRequest = {
  readonly caseRef: string
  readonly purpose: Purpose
  readonly scope: readonly string[]
  readonly lifetimeMs?: number
  /** It ends then at the latest, however long it takes to open it. */
  readonly notAfterMs?: number
}

/** A minute: shorter than one token would make renewal the task's whole life. */
const MIN_LIFETIME_MS = 60_000

/** The case a reference names, or undefined: by id first, then by the number in the ticket system. */
export async function findCase(
  cases: CaseStore,
  tenant: string,
  ref: string,
): Promise<Case | undefined> {
  return (isId(ref) ? await cases.byId(tenant, ref) : undefined) ?? cases.byExternalRef(tenant, ref)
}

/**
 * The task and the entry that tells it, not yet stored. Throws `agent_not_active`, `not_found` (the case; a
 * case of another tenant does not exist here), `case_closed`, `tool_not_granted` (scope wider than the grants),
 * `request_invalid`.
 */
export async function prepareTask(
  deps: TaskDeps,
  agent: Agent,
  onBehalfOf: string,
  actor: Actor,
  request: TaskRequest,
): Promise<{ readonly task: Task; readonly entry: EntryDraft }> {
  requireActive(agent)
  const purpose = requireWord('purpose', request.purpose, PURPOSES)
  const scope = readGrants(request.scope)
  const beyond = scope.find((item) => !covers(agent.grants, item))
  if (beyond !== undefined)
    throw new Failure('tool_not_granted', 'the scope is wider than the grants of the agent')
  const record = await findCase(deps.cases, agent.tenant, requireLine('case', request.caseRef, 200))
  if (record === undefined) throw new Failure('not_found', 'no such case in this tenant')
  if (record.state !== 'open') throw new Failure('case_closed', 'the case is closed')
  const lifetimeMs = requireWhole(
    'lifetime_ms',
    request.lifetimeMs ?? deps.taskLifetimeMs,
    MIN_LIFETIME_MS,
    deps.taskLifetimeMs,
  )
  const nowMs = deps.nowMs()
  const task: Task = {
    tenant: agent.tenant,
    id: deps.nextId(),
    agent: agent.id,
    caseId: record.id,
    purpose,
    scope,
    onBehalfOf,
    state: 'open',
    openedAtMs: nowMs,
    expiresAtMs: Math.min(nowMs + lifetimeMs, request.notAfterMs ?? Number.MAX_SAFE_INTEGER),
    revision: 0,
  }
  return { task, entry: openedEntry(deps, task, actor) }
}

export function requireActive(agent: Agent): void {
  if (agent.state !== 'active') throw new Failure('agent_not_active', `the agent is ${agent.state}`)
}

function openedEntry(deps: CommandBase, task: Task, actor: Actor): EntryDraft {
  return draft(deps, 'task.opened', actor, {
    caseId: task.caseId,
    task: task.id,
    data: {
      task: task.id,
      agent: task.agent,
      purpose: task.purpose,
      on_behalf_of: task.onBehalfOf,
      expires: task.expiresAtMs,
    },
    ...(task.scope.length === 0
      ? {}
      : { payloads: { scope: jsonPayload(task.scope, 'operational') } }),
  })
}

export type OpenTaskInput = TaskRequest & {
  readonly tenant: string
  readonly by: Doer & { readonly kind: 'person' }
  readonly agentId: string
}

/** A person opens a task for an agent and is answerable for it. Throws as `prepareTask`, and `not_permitted`. */
export async function openTask(
  deps: TaskDeps,
  input: OpenTaskInput,
): Promise<{ readonly task: Task; readonly receipt: Receipt }> {
  requirePermission(input.by, 'task.open')
  const committed = await commitUnchanged(
    deps,
    input.tenant,
    [`agent/${input.agentId}`],
    async () => {
      const agent = await deps.agents.byId(input.tenant, input.agentId)
      if (agent === undefined) throw new Failure('not_found', 'no such agent in this tenant')
      const opened = await prepareTask(deps, agent, input.by.person.id, actorOf(input.by), input)
      return async (tx) => {
        await deps.tasks.put(tx, opened.task)
        return { value: opened.task, entries: [opened.entry] }
      }
    },
  )
  return { task: committed.value, receipt: committed.receipts[0] }
}
