/**
 * An agent hands a part of its task to another agent. The child task may use no tool the parent may not, lives no
 * longer, serves no purpose beyond it, and begins with everything the parent has read: labels and taint carry over.
 * Who handed what to whom is an entry that names both tasks (R121).
 */

import { ancestorsOf, MAX_HAND_OFFS } from '../enforcement/ancestry.ts'
import type { GatewayTool, GatewayToolAnswer } from '../enforcement/intent.ts'
import type { TaskSession } from '../enforcement/session.ts'
import type { Spine } from '../enforcement/spine.ts'
import { covers, readGrants } from '../identity/grant.ts'
import { digestOfJson } from '../kernel/canonical-json.ts'
import { instantText } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { PURPOSES, type Purpose, type Task } from '../task/task.ts'
import { commitUnchanged, draft, jsonPayload } from './base.ts'
import { requireWhole, requireWord } from './input.ts'
import { prepareTask, type TaskDeps } from './open-task.ts'

export type HandOverParts = Pick<Spine, 'facts' | 'plans'> & TaskDeps

export type HandOver = {
  /** Name or id of the agent that takes over. */
  readonly to: string
  readonly purpose: Purpose
  /** Absent: everything both may use. */
  readonly scope?: readonly string[]
  readonly lifetimeMs?: number
}

/**
 * Throws `agent_unknown`, `agent_not_active`, `purpose_forbids`, `tool_not_granted` (wider than the parent, or nothing
 * both may use), `task_closed`, `case_closed`, `request_invalid`.
 */
export async function handOver(
  parts: HandOverParts,
  session: TaskSession,
  wish: HandOver,
): Promise<Task> {
  const { tenant, agent: from } = session
  const keys = [`task/${session.task.id}`, `agent/${from.id}`, `exposure/${session.task.id}`]
  const { value } = await commitUnchanged<Task>(parts, tenant, keys, async () => {
    const parent = await parts.tasks.byId(tenant, session.task.id)
    const giver = await parts.agents.byId(tenant, from.id)
    const taker = (await parts.agents.list(tenant)).find(
      ({ id, name }) => id === wish.to || name === wish.to,
    )
    if (parent === undefined || giver === undefined)
      throw new Failure('facts_unavailable', 'agent or task is not in the store')
    if (taker === undefined) throw new Failure('agent_unknown', 'there is no agent of that name')
    const nowMs = parts.nowMs()
    if (parent.state !== 'open') throw new Failure('task_closed', 'the task is closed')
    const above = await ancestorsOf(parts.facts, { tenant, task: parent })
    if (above.length + 1 >= MAX_HAND_OFFS)
      throw new Failure('request_invalid', 'a task is handed over three times at most')
    const scope = partOf(
      taker.grants,
      [
        giver.grants,
        parent.scope,
        ...above.flatMap((each) => [each.agent.grants, each.task.scope]),
      ],
      wish.scope,
    )
    requirePurpose(parent.purpose, wish.purpose)
    const actor = { kind: 'agent', id: from.id } as const
    const { task: drawn, entry } = await prepareTask(parts, taker, parent.onBehalfOf, actor, {
      caseRef: parent.caseId,
      purpose: wish.purpose,
      scope,
      lifetimeMs: Math.min(wish.lifetimeMs ?? parts.taskLifetimeMs, parent.expiresAtMs - nowMs),
      notAfterMs: parent.expiresAtMs,
    })
    const child: Task = {
      ...drawn,
      parent: parent.id,
      ...(parent.plan === undefined ? {} : { plan: parent.plan }),
    }
    const exposure = await parts.tasks.exposure(tenant, parent.id)
    return async (tx) => {
      await parts.tasks.put(tx, child)
      await parts.tasks.addExposure(tx, child.id, exposure.labels, exposure.untrustedSources)
      // Whoever closes the parent at this moment reads its children again.
      await parts.revisions.raise(tx, `task/${parent.id}`)
      const handed = draft(parts, 'task.handed_over', actor, {
        caseId: parent.caseId,
        task: parent.id,
        data: {
          task: child.id,
          parent: parent.id,
          agent: taker.id,
          from: from.id,
          scope: digestOfJson('countersign-config-v1', scope),
          labels: [...exposure.labels],
          untrusted: exposure.untrustedSources.length,
        },
        payloads: { scope: jsonPayload(scope, 'operational') },
      })
      return { value: child, entries: [entry, handed] }
    }
  })
  return value
}

/** What the taker gets: never empty, because an empty scope means everything. */
function partOf(
  own: readonly string[],
  bounds: readonly (readonly string[])[],
  wanted: readonly string[] | undefined,
): readonly string[] {
  // An empty scope narrows nothing; grants are never read as "everything".
  const limits = bounds.filter((each, at) => at % 2 === 0 || each.length > 0)
  const isInside = (item: string) => limits.every((each) => covers(each, item))
  if (wanted !== undefined) {
    const scope = readGrants(wanted)
    if (scope.length === 0 || !scope.every(isInside))
      throw new Failure('tool_not_granted', 'the scope is wider than what the task may use itself')
    return scope
  }
  const candidates = [...own, ...limits.flat()]
  const scope = [...new Set(candidates)]
    .filter((item) => isInside(item) && covers(own, item))
    .sort()
  if (scope.length === 0) throw new Failure('tool_not_granted', 'there is no tool both may use')
  return scope
}

/** Only a task that may respond hands over responding; beside that a child does what its parent does. */
function requirePurpose(parent: Purpose, child: Purpose): void {
  if (parent !== 'respond' && child !== parent)
    throw new Failure('purpose_forbids', `a task to ${parent} hands over nothing else`)
}

export function handOverTool(parts: HandOverParts): GatewayTool {
  return {
    name: 'countersign_hand_off',
    description:
      'Hands a part of this task to another agent: a child task with at most your tools, purpose and time, and with everything you have read. The other agent asks for a token with the task id. Closing this task closes it.',
    inputSchema: {
      type: 'object',
      properties: {
        agent: { type: 'string', description: 'Name of the agent that takes over.' },
        purpose: { type: 'string', enum: [...PURPOSES] },
        scope: {
          type: 'array',
          items: { type: 'string' },
          description: '<upstream>/<tool> or <upstream>/*; leave it out for all that both may use.',
        },
        lifetime_seconds: { type: 'integer', minimum: 60 },
      },
      required: ['agent', 'purpose'],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    run: async (session, args): Promise<GatewayToolAnswer> => {
      const child = await handOver(parts, session, wishOf(args))
      return {
        kind: 'own',
        isError: false,
        structured: {
          task: child.id,
          parent: session.task.id,
          agent: child.agent,
          purpose: child.purpose,
          scope: [...child.scope],
          expires_at: instantText(child.expiresAtMs),
        },
        text: 'Handed over. The other agent exchanges its workload token for this task.',
      }
    },
  }
}

function wishOf(args: JsonObject): HandOver {
  const { agent, purpose, scope, lifetime_seconds: seconds } = args
  if (typeof agent !== 'string' || typeof purpose !== 'string')
    throw new Failure('arguments_invalid', '"agent" and "purpose" must be texts')
  if (
    scope !== undefined &&
    !(Array.isArray(scope) && scope.every((item) => typeof item === 'string'))
  )
    throw new Failure('arguments_invalid', '"scope" must be a list of texts')
  if (seconds !== undefined && typeof seconds !== 'number')
    throw new Failure('arguments_invalid', '"lifetime_seconds" must be a number')
  return {
    to: agent,
    purpose: requireWord('purpose', purpose, PURPOSES),
    ...(scope === undefined ? {} : { scope: scope as readonly string[] }),
    ...(seconds === undefined
      ? {}
      : { lifetimeMs: requireWhole('lifetime_seconds', seconds, 60, 86_400) * 1000 }),
  }
}
