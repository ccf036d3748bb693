/**
 * The request that leaves for a tool server: the params that were decided, plus what travels beside them
 * (trace context, the agent's capabilities as far as they may be used, answers to an earlier question).
 */
import {
  CLIENT_CAPABILITIES_META_KEY,
  isSpecType,
  LOG_LEVEL_META_KEY,
  SERVER_INFO_META_KEY,
} from '@modelcontextprotocol/client'
import type { Frame, FrameAnswer, FrameBack } from '../enforcement/upstream.ts'
import { Failure } from '../kernel/failure.ts'
import { isObject, type JsonObject, type JsonValue } from '../kernel/strict-json.ts'
import type { Era } from './upstream-connection.ts'
import { plainObject } from './upstream-plain-json.ts'
import { ASKS, type Ask, type UpstreamLimits, type UpstreamSpec } from './upstream-spec.ts'

/** Which ask a request of the server is. Anything else is never relayed. */
const ASK_OF: Readonly<Record<string, Ask>> = {
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
  'roots/list': 'roots',
}

/** What of the agent's capabilities the server may use: no more than its entry allows. */
export function askable(spec: UpstreamSpec, capabilities: JsonObject | undefined): JsonObject {
  const allowed = ASKS.filter((ask) => spec.asks?.includes(ask) === true)
  return Object.fromEntries(
    allowed.flatMap((ask) => {
      const declared = capabilities?.[ask]
      return isObject(declared) ? [[ask, declared]] : []
    }),
  )
}

/** Whether the entry of the server allows to relay this request to an agent. */
export function mayAsk(spec: UpstreamSpec, method: string): boolean {
  const ask = Object.hasOwn(ASK_OF, method) ? ASK_OF[method] : undefined
  return ask !== undefined && spec.asks?.includes(ask) === true
}

export function requestOf(
  spec: UpstreamSpec,
  era: Era,
  frame: Frame,
  back: FrameBack,
): { method: string; params: Record<string, unknown> } {
  const meta = { ...back.meta, ...(era === 'modern' ? envelope(spec, back) : {}) }
  return {
    method: frame.method,
    params: {
      ...frame.params,
      // Only the 2026 protocol knows these; towards an older server the round was already answered.
      ...(era === 'modern' && back.inputResponses !== undefined
        ? { inputResponses: back.inputResponses }
        : {}),
      ...(era === 'modern' && back.requestState !== undefined
        ? { requestState: back.requestState }
        : {}),
      ...(Object.keys(meta).length === 0 ? {} : { _meta: meta }),
    },
  }
}

function envelope(spec: UpstreamSpec, back: FrameBack): JsonObject {
  return {
    [CLIENT_CAPABILITIES_META_KEY]: askable(spec, back.clientCapabilities),
    ...(back.logLevel === undefined ? {} : { [LOG_LEVEL_META_KEY]: back.logLevel }),
  }
}

/** Checks what came back and says what it is. Throws `upstream_protocol`. */
export function answerOf(
  spec: UpstreamSpec,
  frame: Frame,
  raw: unknown,
  limits: UpstreamLimits,
): FrameAnswer {
  const result = plainObject(raw, {
    maxBytes: limits.maxResultBytes,
    maxDepth: limits.maxResultDepth,
  })
  const bare = withoutServerInfo(result)
  if (result.resultType === 'input_required') {
    checkQuestions(spec, result)
    return { kind: 'input-required', result: bare, isToolError: false }
  }
  checkShape(frame, bare)
  const isToolError = frame.method === 'tools/call' && result.isError === true
  return { kind: 'complete', result: bare, isToolError }
}

/**
 * A result the protocol does not know would be rejected on its way to the agent, after the call was executed
 * and without a word in the ledger; so it is refused here, where the outcome is recorded.
 */
function checkShape(frame: Frame, result: JsonObject): void {
  const isKnown =
    frame.method === 'tools/call'
      ? // The client library of the agent adds an absent content by itself.
        isSpecType.CallToolResult({ content: [], ...result })
      : frame.method === 'prompts/get'
        ? isSpecType.GetPromptResult(result)
        : isSpecType.ReadResourceResult(result)
  if (!isKnown) throw new Failure('upstream_protocol', `not a result of ${frame.method}`)
}

/** Who produced the response is said by the gateway to the agent, not by the server behind it. */
export function withoutServerInfo(result: JsonObject): JsonObject {
  const meta = result._meta
  if (!isObject(meta) || !Object.hasOwn(meta, SERVER_INFO_META_KEY)) return result
  const { [SERVER_INFO_META_KEY]: _, ...rest } = meta
  const { _meta, ...others } = result
  return Object.keys(rest).length === 0 ? others : { ...others, _meta: rest }
}

/** A server may only ask what its entry allows, whatever it puts into its result. */
function checkQuestions(spec: UpstreamSpec, result: JsonObject): void {
  const questions: JsonValue = result.inputRequests ?? {}
  if (!isObject(questions)) throw new Failure('upstream_protocol', 'inputRequests is not an object')
  for (const question of Object.values(questions)) {
    const method = isObject(question) ? question.method : undefined
    if (typeof method !== 'string' || !mayAsk(spec, method)) {
      throw new Failure('upstream_protocol', 'the tool server asks what its entry does not allow')
    }
  }
}
