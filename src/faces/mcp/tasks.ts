/**
 * The Tasks extension of MCP 2026-07-28 (SEP-2663), towards clients that declare it with each request: a call that
 * waits for a person comes back as a task handle, runs when it is approved, and is read with `tasks/get`. A denied
 * call is a completed task whose result says no; `failed` is for JSON-RPC errors.
 */
import { CLIENT_CAPABILITIES_META_KEY, ProtocolError } from '@modelcontextprotocol/server'
import type { CallAnswer } from '../../enforcement/intent.ts'
import type { TaskSession } from '../../enforcement/session.ts'
import { instantText } from '../../kernel/clock.ts'
import { Failure } from '../../kernel/failure.ts'
import { isObject, type JsonObject } from '../../kernel/strict-json.ts'
import { answeredResult, pendingResult, refusedResult } from './answer.ts'
import { type Inbound, metaOf, paramsOf } from './inbound.ts'
import { INVALID_PARAMS } from './wire-error.ts'

export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks'
/** `MissingRequiredClientCapability` of MCP 2026-07-28. */
const MISSING_CAPABILITY = -32_021
/** A person takes seconds at least; the gateway is asked no more often. */
const POLL_INTERVAL_MS = 2_000

/** A task handle as the face sees it. */
export type TaskState = {
  readonly id: string
  readonly status: 'working' | 'completed' | 'cancelled'
  readonly message: string
  readonly createdAtMs: number
  readonly changedAtMs: number
  readonly expiresAtMs: number
  readonly answer?: CallAnswer
}

/** Each acts on handles of the session's own task only, else `not_found`. */
export type Tasks = {
  readonly get: (session: TaskSession, id: string) => Promise<TaskState>
  /** Withdraws what still waits; what is decided stays as it is. */
  readonly cancel: (session: TaskSession, id: string) => Promise<void>
}

export function declaresTasks(inbound: Inbound): boolean {
  const capabilities = metaOf(inbound)[CLIENT_CAPABILITIES_META_KEY]
  const extensions = isObject(capabilities) ? capabilities.extensions : undefined
  return isObject(extensions) && isObject(extensions[TASKS_EXTENSION])
}

/**
 * `CreateTaskResult`: the request is durable, and its id is the handle. Undefined for a request that was asked
 * without one, and is then awaited as it was.
 */
export async function createdTask(
  tasks: Tasks,
  session: TaskSession,
  id: string,
): Promise<JsonObject | undefined> {
  try {
    return { resultType: 'task', ...taskOf(await tasks.get(session, id)) }
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'not_found') throw error
    return undefined
  }
}

/** The handlers of `tasks/*`. */
export const TASK_METHODS = {
  'tasks/get': async (tasks: Tasks, inbound: Inbound, baseUrl: string): Promise<JsonObject> => {
    const task = await found(() => tasks.get(inbound.session, taskId(inbound)))
    return {
      ...taskOf(task),
      ...(task.answer === undefined ? {} : { result: resultOf(task.answer, baseUrl) }),
    }
  },
  // People decide, so no task of ours ever waits for input of the client; late answers are taken and mean nothing.
  'tasks/update': async (tasks: Tasks, inbound: Inbound): Promise<JsonObject> => {
    await found(() => tasks.get(inbound.session, taskId(inbound)))
    return {}
  },
  'tasks/cancel': async (tasks: Tasks, inbound: Inbound): Promise<JsonObject> => {
    await found(() => tasks.cancel(inbound.session, taskId(inbound)))
    return {}
  },
} as const

function taskOf(task: TaskState): JsonObject {
  return {
    taskId: task.id,
    status: task.status,
    statusMessage: task.message,
    createdAt: instantText(task.createdAtMs),
    lastUpdatedAt: instantText(task.changedAtMs),
    ttlMs: Math.max(0, task.expiresAtMs - task.createdAtMs),
    pollIntervalMs: POLL_INTERVAL_MS,
  }
}

function resultOf(answer: CallAnswer, baseUrl: string): JsonObject {
  const result =
    answer.kind === 'answered'
      ? answeredResult(answer)
      : answer.kind === 'pending'
        ? pendingResult(answer, baseUrl, true)
        : answer.kind === 'refused'
          ? refusedResult(answer)
          : { content: [{ type: 'text', text: answer.message }], isError: true }
  return { ...result, resultType: 'complete' }
}

/** Throws `-32021` for a client that did not declare the extension with this request. */
function taskId(inbound: Inbound): string {
  if (!declaresTasks(inbound)) {
    throw new ProtocolError(MISSING_CAPABILITY, 'The request declares no support for tasks', {
      requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } },
    })
  }
  const id = paramsOf(inbound).taskId
  if (typeof id === 'string') return id
  throw new ProtocolError(INVALID_PARAMS, 'params.taskId must be a string')
}

async function found<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'not_found') throw error
    throw new ProtocolError(INVALID_PARAMS, 'There is no such task')
  }
}

/** The library gives every result of a call a `content`; the flat form of a task has none. */
export function withoutStrayContent(message: JsonObject): JsonObject {
  const { result } = message
  if (!isObject(result) || result.resultType !== 'task') return message
  const { content: _, ...task } = result
  return { ...message, result: task }
}
