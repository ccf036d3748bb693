/**
 * The short way for the commonest request: a `tools/call` of 2026 that asks for nothing but its result. Making a
 * server, a web request and a web response for each of them costs more than governing it. What is not plainly
 * such a call, and every result that is not plainly a result, goes through the library.
 */
import type { IncomingHttpHeaders } from 'node:http'
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  classifyInboundRequest,
  PROTOCOL_VERSION_META_KEY,
  SERVER_INFO_META_KEY,
} from '@modelcontextprotocol/server'
import { isObject, type JsonObject } from '../../kernel/strict-json.ts'
import { IMPLEMENTATION } from './implementation.ts'
import { metaOf, paramsOf } from './inbound.ts'

const VERSION = '2026-07-28'
const METHOD = 'tools/call'

const MESSAGE_KEYS = ['jsonrpc', 'id', 'method', 'params']
const PARAM_KEYS = ['name', 'arguments', '_meta']
const ENVELOPE_KEYS = [
  PROTOCOL_VERSION_META_KEY,
  CLIENT_INFO_META_KEY,
  CLIENT_CAPABILITIES_META_KEY,
]
const RESULT_KEYS = ['content', 'structuredContent', 'isError', '_meta']
/** Agents send one envelope with all their calls; these are as many agents as a large installation has. */
const MAX_ENVELOPES = 1_024

/** Tells plain calls from others. Remembers which envelopes the library has accepted. */
export class PlainCalls {
  private readonly accepted = new Set<string>()

  isPlain(headers: IncomingHttpHeaders, message: JsonObject): boolean {
    const { id, method, jsonrpc } = message
    if (jsonrpc !== '2.0' || method !== METHOD || !hasOnly(message, MESSAGE_KEYS)) return false
    if (typeof id !== 'string' && !Number.isSafeInteger(id)) return false
    const params = paramsOf({ message })
    const { name, arguments: args } = params
    if (typeof name !== 'string' || !hasOnly(params, PARAM_KEYS)) return false
    if (args !== undefined && !isObject(args)) return false
    return agrees(headers, name) && this.isEnvelope(message)
  }

  /** Nothing in it asks for messages on the way, and the library takes it. */
  private isEnvelope(message: JsonObject): boolean {
    const meta = metaOf({ message })
    for (const key of Object.keys(meta)) {
      if (key === 'progressToken') return false
      if (key.startsWith('io.modelcontextprotocol/') && !ENVELOPE_KEYS.includes(key)) return false
    }
    const envelope = JSON.stringify(ENVELOPE_KEYS.map((key) => meta[key]))
    if (this.accepted.has(envelope)) return true
    const classified = classifyInboundRequest({ httpMethod: 'POST', body: message })
    const isTaken = classified.kind === 'modern' && classified.classification.revision === VERSION
    if (!isTaken) return false
    const oldest = this.accepted.values().next().value
    if (this.accepted.size >= MAX_ENVELOPES && oldest !== undefined) this.accepted.delete(oldest)
    this.accepted.add(envelope)
    return true
  }
}

/** The answer to a plain call, or undefined for a result that the library must look at. */
export function plainAnswer(id: JsonObject[string], result: JsonObject): JsonObject | undefined {
  const { content, _meta: meta } = result
  if (!Array.isArray(content) || !isObject(meta) || !hasOnly(result, RESULT_KEYS)) return undefined
  const _meta = { ...meta, [SERVER_INFO_META_KEY]: IMPLEMENTATION }
  return { result: { ...result, resultType: 'complete', _meta }, jsonrpc: '2.0', id }
}

/** MCP 2026-07-28: headers repeat what the body says. A spelling that must be decoded is the library's. */
function agrees(headers: IncomingHttpHeaders, name: string): boolean {
  return (
    headers['mcp-protocol-version'] === VERSION &&
    headers['mcp-method'] === METHOD &&
    headers['mcp-name'] === name &&
    !name.startsWith('=?')
  )
}

function hasOnly(object: JsonObject, allowed: readonly string[]): boolean {
  return Object.keys(object).every((key) => allowed.includes(key))
}
