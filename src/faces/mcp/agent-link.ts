/**
 * The way back to an agent while its request is open: progress, log messages, questions, and the news that it
 * has left. After the answer, or after the agent left, nothing more is sent; a late notification is dropped.
 */
import {
  CLIENT_CAPABILITIES_META_KEY,
  LOG_LEVEL_META_KEY,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { FrameBack, Progress } from '../../enforcement/upstream.ts'
import { isObject, type JsonObject, type JsonValue } from '../../kernel/strict-json.ts'
import { type Inbound, metaOf } from './inbound.ts'

/** What a legacy session has that a single request of 2026 has not. */
export type LegacySession = {
  /** Names the session towards the upstream side; never on the wire. */
  readonly key: string
  readonly capabilities: () => JsonObject
  logLevel: string
}

/** How a request reaches its agent while it is open; a plain call only hears that the agent has left. */
export type AgentWire = {
  readonly signals: readonly AbortSignal[]
  readonly notify?: (method: string, params: JsonObject) => Promise<void>
  readonly ask?: (
    method: string,
    params: JsonObject,
    options: { readonly timeout: number; readonly signal: AbortSignal },
  ) => Promise<JsonObject>
  readonly inputResponses?: JsonValue
  readonly requestState?: string
}

export type AgentLink = {
  readonly back: FrameBack
  /** Tells an agent that asked for progress every `everyMs` that its call is alive. */
  readonly beat: (everyMs: number) => void
  /** After this nothing is sent any more. */
  readonly settle: () => void
}

/** RFC 5424 severities, least first, as MCP names them. */
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']
export function isLevel(text: string): boolean {
  return LEVELS.includes(text)
}

const RELAYABLE = ['sampling', 'elicitation', 'roots']
const ANY_RESULT = z.looseObject({})

/** The wire of a request that goes through the library. */
export function wireOf({ mcpReq, http }: ServerContext): AgentWire {
  const state = mcpReq.requestState<unknown>()
  const answers = mcpReq.inputResponses as JsonValue | undefined
  return {
    signals: [mcpReq.signal, http?.req?.signal].filter((each) => each !== undefined),
    notify: (method, params) => mcpReq.notify({ method, params: { ...params } }),
    ask: async (method, params, options) =>
      (await mcpReq.send({ method, params: { ...params } }, ANY_RESULT, options)) as JsonObject,
    ...(answers === undefined ? {} : { inputResponses: answers }),
    ...(typeof state === 'string' ? { requestState: state } : {}),
  }
}

export function openLink(
  wire: AgentWire,
  inbound: Inbound,
  legacy: LegacySession | undefined,
  askTimeoutMs: number,
): AgentLink {
  const gone = new AbortController()
  const leave = () => gone.abort()
  for (const source of wire.signals) {
    if (source.aborted) leave()
    source.addEventListener('abort', leave, { once: true })
  }
  let isSettled = false
  let timer: NodeJS.Timeout | undefined
  const send = (method: string, params: JsonObject) => {
    if (isSettled || gone.signal.aborted) return
    // The agent may leave between the check and the write; then there is nobody to tell.
    wire.notify?.(method, params).catch(() => {})
  }
  const meta = metaOf(inbound)
  const token = meta.progressToken
  const progress =
    typeof token === 'string' || typeof token === 'number' ? progressOf(token, send) : undefined
  const logLevel = legacy?.logLevel ?? textOf(meta[LOG_LEVEL_META_KEY])
  const capabilities = relayable(legacy?.capabilities() ?? meta[CLIENT_CAPABILITIES_META_KEY])
  const { inputResponses, requestState, ask } = wire
  const back: FrameBack = {
    signal: gone.signal,
    meta: passedOn(meta),
    clientCapabilities: capabilities,
    ...(progress === undefined ? {} : { progress: progress.report }),
    ...(logLevel === undefined ? {} : { notify: logging(logLevel, send), logLevel }),
    ...(inputResponses === undefined ? {} : { inputResponses }),
    ...(requestState === undefined ? {} : { requestState }),
    ...(legacy === undefined || ask === undefined || Object.keys(capabilities).length === 0
      ? {}
      : {
          agentSession: legacy.key,
          ask: (method, params) =>
            ask(method, params, { timeout: askTimeoutMs, signal: gone.signal }),
        }),
  }
  return {
    back,
    beat: (everyMs) => {
      if (progress !== undefined) timer = setInterval(progress.beat, everyMs)
    },
    settle: () => {
      isSettled = true
      clearInterval(timer)
      for (const source of wire.signals) source.removeEventListener('abort', leave)
    },
  }
}

/**
 * Progress must only ever grow (MCP), and the heartbeat shares one token with the upstream's own reports: a
 * heartbeat adds a millionth, and a report that would go back is left out.
 */
function progressOf(token: string | number, send: (method: string, params: JsonObject) => void) {
  let last: number | undefined
  const report = (made: Progress) => {
    if (last !== undefined && made.progress <= last) return
    last = made.progress
    send('notifications/progress', { progressToken: token, ...made })
  }
  const beat = () =>
    report({
      progress: last === undefined ? 0 : last + 1e-6,
      message: 'In progress, or waiting for a person to decide',
    })
  return { report, beat }
}

function logging(least: string, send: (method: string, params: JsonObject) => void) {
  return (method: string, params: JsonObject) => {
    const isLog = method === 'notifications/message'
    if (isLog && LEVELS.indexOf(String(params.level)) < LEVELS.indexOf(least)) return
    send(method, params)
  }
}

function relayable(capabilities: JsonValue | undefined): JsonObject {
  if (!isObject(capabilities)) return {}
  return Object.fromEntries(
    Object.entries(capabilities).filter(
      ([name, value]) => RELAYABLE.includes(name) && isObject(value),
    ),
  )
}

/** The agent's own `_meta`, such as its trace context, without what is ours, the protocol's or the link's. */
function passedOn(meta: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(meta).filter(
      ([key]) =>
        key !== 'progressToken' &&
        !key.startsWith('countersign/') &&
        !key.startsWith('io.modelcontextprotocol/'),
    ),
  )
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
