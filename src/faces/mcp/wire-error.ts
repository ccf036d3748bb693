/**
 * Refusals at the edge of the wire: before a request is a call, and for methods whose results cannot say no.
 * Every one carries `data.countersign` with our code, one sentence and the next step.
 */
import type { ServerResponse } from 'node:http'
import { ProtocolError } from '@modelcontextprotocol/server'
import { FAILURES, Failure, type FailureCode } from '../../kernel/failure.ts'
import type { JsonObject, JsonValue } from '../../kernel/strict-json.ts'

/** JSON-RPC 2.0 section 5.1. */
export const PARSE_ERROR = -32700
export const INVALID_REQUEST = -32600
export const INVALID_PARAMS = -32602
export const INTERNAL_ERROR = -32603

/**
 * Our own code for a refusal or a pending approval of a resource or prompt, and for a request that never got
 * so far. Outside -32768 to -32000, which JSON-RPC and MCP keep for themselves.
 */
export const GOVERNANCE = -31001

/** Which bad bodies are no JSON-RPC at all, and which are one that may not be. */
const RPC_CODE: Partial<Record<FailureCode, number>> = {
  json_malformed: PARSE_ERROR,
  json_duplicate_key: PARSE_ERROR,
  json_unsafe_number: PARSE_ERROR,
  json_too_deep: PARSE_ERROR,
  json_too_large: INVALID_REQUEST,
  request_invalid: INVALID_REQUEST,
  method_not_allowed: INVALID_REQUEST,
  arguments_invalid: INVALID_PARAMS,
  internal: INTERNAL_ERROR,
}

/** What a refused party is told, in the words of the failure table. */
export function saidOf(code: FailureCode, detail: string): JsonObject {
  return { status: 'refused', code, detail, next: FAILURES[code].next }
}

export function rpcError(failure: Failure, id: JsonValue = null): JsonObject {
  const { code, message } = failure
  return {
    jsonrpc: '2.0',
    id,
    error: {
      code: RPC_CODE[code] ?? GOVERNANCE,
      message: `${FAILURES[code].title}: ${message}`,
      data: { countersign: saidOf(code, message) },
    },
  }
}

/** Answers an HTTP request with the failure, under the status of the failure table. */
export function writeFailure(
  res: ServerResponse,
  failure: Failure,
  headers: Readonly<Record<string, string>> = {},
  id: JsonValue = null,
): void {
  if (res.headersSent || res.destroyed) return
  const body = JSON.stringify(rpcError(failure, id))
  res.writeHead(FAILURES[failure.code].status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...headers,
  })
  res.end(body)
}

/** The same as an error a method handler throws; the library writes it as the JSON-RPC error. */
export function thrown(code: FailureCode, detail: string, extra: JsonObject = {}): ProtocolError {
  return new ProtocolError(RPC_CODE[code] ?? GOVERNANCE, `${FAILURES[code].title}: ${detail}`, {
    countersign: { ...saidOf(code, detail), ...extra },
  })
}

/** Anything thrown inside a handler, as what the library may write. Unknown errors say nothing of themselves. */
export function asThrown(error: unknown): Error {
  if (error instanceof ProtocolError) return error
  if (error instanceof Failure) return thrown(error.code, error.message)
  return thrown('internal', 'the gateway failed while serving the request')
}
