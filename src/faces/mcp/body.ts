/** Reads a request body once, as bytes, and only so much of it. */
import type { IncomingMessage } from 'node:http'
import { Failure } from '../../kernel/failure.ts'
import {
  isObject,
  type JsonLimits,
  type JsonObject,
  parseStrict,
} from '../../kernel/strict-json.ts'

/**
 * One JSON-RPC message. Throws `json_too_large` before the rest is read, `json_*` for anything the strict
 * reader refuses, `request_invalid` for what is not an object. Batches were removed from MCP in 2025-06-18.
 */
export async function readMessage(req: IncomingMessage, limits: JsonLimits): Promise<JsonObject> {
  const value = parseStrict(await readBytes(req, limits.maxBytes), limits)
  if (!isObject(value)) {
    throw new Failure('request_invalid', 'the body must be one JSON-RPC message')
  }
  return value
}

async function readBytes(req: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new Failure('json_too_large', `the limit is ${maxBytes} bytes`)
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}
