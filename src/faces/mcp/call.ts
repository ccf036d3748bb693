/** One governed request of an agent: from its message to an intent, and from the answer to its result. */
import { ProtocolError } from '@modelcontextprotocol/server'
import type {
  CallAnswer,
  CallIntent,
  GatewayTool,
  GatewayToolAnswer,
} from '../../enforcement/intent.ts'
import type { TaskSession } from '../../enforcement/session.ts'
import { Failure } from '../../kernel/failure.ts'
import { isObject, type JsonObject, type JsonValue } from '../../kernel/strict-json.ts'
import { type AgentLink, type AgentWire, type LegacySession, openLink } from './agent-link.ts'
import { answeredResult, pendingOf, pendingResult, refusalOf, refusedResult } from './answer.ts'
import { type Inbound, metaOf, paramsOf } from './inbound.ts'
import { MAX_HOLD_MS } from './limits.ts'
import type { McpFaceParts } from './parts.ts'
import { createdTask, declaresTasks } from './tasks.ts'
import { asThrown, GOVERNANCE, INVALID_PARAMS, thrown } from './wire-error.ts'

/** Where a request came in: `/mcp`, or `/mcp/u/<upstream>`. */
export type Place = { readonly upstream: string | undefined }

type Target = Pick<CallIntent, 'upstream' | 'kind' | 'name' | 'found'>

/** `tools/call`. Rejects with a JSON-RPC error only for malformed params and for an upstream's own error. */
export async function callTool(
  parts: McpFaceParts,
  place: Place,
  wire: AgentWire,
  inbound: Inbound,
  legacy: LegacySession | undefined,
): Promise<JsonObject> {
  const params = paramsOf(inbound)
  const name = textParam(params, 'name')
  const args = objectParam(params, 'arguments')
  return linked(parts, wire, inbound, legacy, async (link) => {
    const own = place.upstream === undefined ? gatewayTool(parts, name) : undefined
    if (own !== undefined) return runGatewayTool(parts, own, inbound, args, link)
    const target = await targetOf(parts, place, inbound.session, name)
    const intent = intentOf(parts, inbound, target, args, link)
    const wantsTask = legacy === undefined && declaresTasks(inbound)
    // A client with a handle need not wait, and the call runs without it.
    const claimed = wantsTask ? ({ ...intent, claim: 'task', holdMs: 0 } as const) : intent
    const answer = await parts.enforce(claimed)
    if (wantsTask && answer.kind === 'pending') {
      const created = await createdTask(parts.tasks, inbound.session, answer.approvalId)
      if (created !== undefined) return created
    }
    return toolResult(parts, inbound.session, target, answer)
  })
}

/** `resources/read`: a call like any other. A refusal is a JSON-RPC error, as the result cannot say no. */
export async function readResource(
  parts: McpFaceParts,
  upstream: string,
  wire: AgentWire,
  inbound: Inbound,
  legacy: LegacySession | undefined,
): Promise<JsonObject> {
  const uri = textParam(paramsOf(inbound), 'uri')
  const target: Target = { upstream, kind: 'resource', name: uri }
  return plainCall(parts, inbound, target, { uri }, wire, legacy)
}

/** `prompts/get`, in the same way. */
export async function getPrompt(
  parts: McpFaceParts,
  upstream: string,
  wire: AgentWire,
  inbound: Inbound,
  legacy: LegacySession | undefined,
): Promise<JsonObject> {
  const params = paramsOf(inbound)
  const target: Target = { upstream, kind: 'prompt', name: textParam(params, 'name') }
  return plainCall(parts, inbound, target, objectParam(params, 'arguments'), wire, legacy)
}

async function plainCall(
  parts: McpFaceParts,
  inbound: Inbound,
  target: Target,
  args: JsonObject,
  wire: AgentWire,
  legacy: LegacySession | undefined,
): Promise<JsonObject> {
  return linked(parts, wire, inbound, legacy, async (link) => {
    const answer = await parts.enforce(intentOf(parts, inbound, target, args, link))
    if (answer.kind === 'refused') throw refusedError(target, answer)
    if (answer.kind === 'pending') {
      throw new ProtocolError(GOVERNANCE, 'The request waits for a person', {
        countersign: pendingOf(answer, parts.publicBaseUrl),
      })
    }
    // How long a copy may be kept is for us to say, not for the server behind us.
    const { ttlMs: _, cacheScope: __, ...result } = given(answer)
    return result
  })
}

/** What nobody offers is what the protocol calls invalid params; everything else is a refusal of ours. */
function refusedError(target: Target, answer: Extract<CallAnswer, { kind: 'refused' }>): Error {
  const { code, detail } = answer.refusal
  if (code !== 'tool_unknown') return thrown(code, detail, refusalOf(answer))
  const what = target.kind === 'resource' ? { uri: target.name } : { name: target.name }
  return new ProtocolError(INVALID_PARAMS, `No such ${target.kind}`, {
    ...what,
    countersign: refusalOf(answer),
  })
}

async function linked(
  parts: McpFaceParts,
  wire: AgentWire,
  inbound: Inbound,
  legacy: LegacySession | undefined,
  work: (link: AgentLink) => Promise<JsonObject>,
): Promise<JsonObject> {
  const link = openLink(wire, inbound, legacy, parts.limits.askTimeoutMs)
  link.beat(parts.limits.heartbeatMs)
  try {
    return await work(link)
  } catch (error) {
    if (!(error instanceof ProtocolError)) {
      parts.log.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'a call failed')
    }
    throw asThrown(error)
  } finally {
    link.settle()
  }
}

function intentOf(
  parts: McpFaceParts,
  inbound: Inbound,
  target: Target,
  args: JsonObject,
  link: AgentLink,
): CallIntent {
  const meta = metaOf(inbound)
  const { 'countersign/approval': approvalId, 'countersign/recommendation': recommendation } = meta
  const wanted = meta['countersign/hold_ms']
  const mostMs = Math.min(MAX_HOLD_MS, parts.limits.holdMs)
  const holdMs = typeof wanted === 'number' && wanted >= 0 ? Math.min(wanted, mostMs) : mostMs
  return {
    session: inbound.session,
    ...target,
    arguments: args,
    ...(typeof approvalId === 'string' ? { approvalId } : {}),
    ...(typeof recommendation === 'string' ? { recommendation } : {}),
    // Without a hold nobody waits on this response, so the request must not die with it.
    claim: holdMs > 0 ? 'stream' : 'none',
    holdMs,
    back: link.back,
  }
}

async function targetOf(
  parts: McpFaceParts,
  place: Place,
  session: TaskSession,
  name: string,
): Promise<Target> {
  if (place.upstream !== undefined) return { upstream: place.upstream, kind: 'tool', name }
  const known = await parts.resolveTool(session, name)
  // A name nobody knows is still decided, and recorded as the attempt it is.
  if (known?.kind !== 'tool') return { upstream: '', kind: 'tool', name }
  return { upstream: known.upstream, kind: 'tool', name: known.name, found: known }
}

async function toolResult(
  parts: McpFaceParts,
  session: TaskSession,
  target: Target,
  answer: CallAnswer,
): Promise<JsonObject> {
  if (answer.kind === 'refused') return refusedResult(answer)
  if (answer.kind === 'pending') {
    const visible = await parts.visibleTools(session)
    const tool = visible.find(
      (each) => each.upstream === target.upstream && each.name === target.name,
    )
    // A tool that is not listed may have been listed before; assume the form that every client takes.
    const hasOutputSchema = tool === undefined || tool.definition.outputSchema !== undefined
    return pendingResult(answer, parts.publicBaseUrl, hasOutputSchema)
  }
  return given(answer)
}

function given(answer: Extract<CallAnswer, { kind: 'answered' | 'rpc-error' }>): JsonObject {
  if (answer.kind === 'answered') return answeredResult(answer)
  throw new ProtocolError(
    answer.rpcCode,
    answer.message,
    answer.data ?? { countersign: { call_id: answer.callId } },
  )
}

function gatewayTool(parts: McpFaceParts, name: string): GatewayTool | undefined {
  return parts.gatewayTools.find((tool) => tool.name === name)
}

async function runGatewayTool(
  parts: McpFaceParts,
  tool: GatewayTool,
  inbound: Inbound,
  args: JsonObject,
  link: AgentLink,
): Promise<JsonObject> {
  const ran = await runOwn(tool, inbound.session, args, link)
  if (ran.kind === 'own') {
    return {
      content: [{ type: 'text', text: ran.text }],
      structuredContent: ran.structured,
      isError: ran.isError,
    }
  }
  // The tool that was waited for may have an output schema; this one has none, so every form is accepted.
  if (ran.answer.kind === 'refused') return refusedResult(ran.answer)
  if (ran.answer.kind === 'pending') return pendingResult(ran.answer, parts.publicBaseUrl, false)
  return given(ran.answer)
}

/** A failure of an own tool is a refusal the model can read, like that of any other tool. */
async function runOwn(
  tool: GatewayTool,
  session: TaskSession,
  args: JsonObject,
  link: AgentLink,
): Promise<GatewayToolAnswer> {
  try {
    return await tool.run(session, args, link.back)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const refused = { code: error.code, detail: error.message, policyIds: [] }
    return { kind: 'call', answer: { kind: 'refused', callId: '', refusal: refused } }
  }
}

function textParam(params: JsonObject, name: string): string {
  const value = params[name]
  if (typeof value === 'string') return value
  throw new ProtocolError(INVALID_PARAMS, `params.${name} must be a string`)
}

function objectParam(params: JsonObject, name: string): JsonObject {
  const value: JsonValue = params[name] ?? {}
  if (isObject(value)) return value
  throw new ProtocolError(INVALID_PARAMS, `params.${name} must be an object`)
}
