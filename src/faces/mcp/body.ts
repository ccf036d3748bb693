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

/** Listeners, because an iteration costs more than reading a short message. */
function readBytes(req: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new Failure('json_too_large', `the limit is ${maxBytes} bytes`)
  return new Promise((resolve, reject) => {
    if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
    const chunks: Buffer[] = []
    let size = 0
    req.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) return void chunks.push(chunk)
      // Nothing is kept of it, and the answer ends the connection it came on.
      req.pause()
      reject(tooLarge())
    })
    req.on('error', reject)
    req.on('end', () => resolve(Buffer.concat(chunks, size)))
    req.on('close', () => {
      if (!req.complete) reject(new Failure('request_invalid', 'the body was cut off'))
    })
  })
}
