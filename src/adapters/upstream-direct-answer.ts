/**
 * What a tool server answers to a direct request (upstream-direct.ts): one JSON document, or a stream of events
 * that ends with it. Only the message that carries the id of the request is an answer.
 */
import type { IncomingMessage } from 'node:http'
import { Failure } from '../kernel/failure.ts'
import { isObject, type JsonObject, type JsonValue } from '../kernel/strict-json.ts'
import { UpstreamError } from '../kernel/upstream-error.ts'
import { fromStatus } from './upstream-errors.ts'
import { EventStreamReader } from './upstream-event-stream.ts'

/** How long a stream may stay open after its answer. Milliseconds. */
const STREAM_END_MS = 1_000

/** How to find the answer among what comes. */
export type DirectAnswer = {
  readonly id: number
  readonly maxBytes: number
  readonly onNotice: (method: string, params: JsonObject) => void
}

export type Answered = { readonly status: number; readonly message: JsonObject | undefined }

/** Throws `upstream_protocol`, `upstream_failed`, or what the connection throws. */
export async function readAnswer(
  incoming: IncomingMessage,
  wanted: DirectAnswer,
): Promise<Answered> {
  const status = incoming.statusCode ?? 0
  const type = incoming.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type === 'text/event-stream' && isGood(status)) {
    return { status, message: await readStream(incoming, wanted) }
  }
  const bytes = await readWhole(incoming, wanted.maxBytes)
  if (type !== 'application/json') {
    if (isGood(status)) throw broken('the answer is neither JSON nor a stream of events')
    return { status, message: undefined }
  }
  const message = parsed(bytes.toString('utf8'))
  return { status, message: message?.id === wanted.id ? message : undefined }
}

/** The result in the answer. Throws `UpstreamError` for an error of the server, or what its status means. */
export function resultOf({ status, message }: Answered): JsonObject {
  const isAnswer = message?.jsonrpc === '2.0'
  const error = isAnswer ? message.error : undefined
  // A server of 2026 refuses a bad envelope with HTTP 400 and an error that belongs to the request.
  if (isObject(error) && (isGood(status) || status === 400)) throw errorOf(error)
  if (!isGood(status)) throw fromStatus(status)
  if (!isAnswer || !isObject(message.result)) throw broken('the answer is no result of the request')
  return completed(message.result)
}

/** MCP 2026-07-28: every result says what it is, a complete one of a tool has content, and a question asks. */
function completed(result: JsonObject): JsonObject {
  const { resultType, ...rest } = result
  if (resultType === 'complete') {
    if (Array.isArray(rest.content)) return rest
    throw broken('the result has no content')
  }
  if (resultType !== 'input_required') throw broken('the result does not say that it is complete')
  const { inputRequests, requestState, _meta } = result
  const questions = isObject(inputRequests) ? inputRequests : {}
  if (Object.keys(questions).length === 0 && typeof requestState !== 'string') {
    throw broken('the result asks for nothing')
  }
  return {
    resultType,
    inputRequests: questions,
    ...(typeof requestState === 'string' ? { requestState } : {}),
    ...(isObject(_meta) ? { _meta } : {}),
  }
}

function errorOf({ code, message, data }: JsonObject): Error {
  if (!Number.isSafeInteger(code) || typeof message !== 'string') {
    return broken('the error has no code or no message')
  }
  return new UpstreamError(code as number, message, data)
}

async function readStream(
  incoming: IncomingMessage,
  { id, maxBytes, onNotice }: DirectAnswer,
): Promise<JsonObject | undefined> {
  const events = new EventStreamReader()
  let left = maxBytes
  const chunks: AsyncIterable<Buffer> = incoming.iterator({ destroyOnReturn: false })
  for await (const chunk of chunks) {
    left -= chunk.length
    if (left < 0) throw broken('the result is too large')
    for (const data of events.read(chunk)) {
      const message = parsed(data)
      if (message?.id === id && message.method === undefined) {
        endSoon(incoming)
        return message
      }
      if (typeof message?.method === 'string' && message.id === undefined) {
        onNotice(message.method, isObject(message.params) ? message.params : {})
      }
    }
  }
  throw new Failure('upstream_failed', 'the stream ended without an answer')
}

/** The connection serves the next call once the stream has ended; one that goes on is cut off. */
function endSoon(incoming: IncomingMessage): void {
  const timer = setTimeout(() => incoming.destroy(), STREAM_END_MS)
  incoming.once('close', () => clearTimeout(timer))
  incoming.on('error', () => undefined)
  incoming.resume()
}

/** Listeners, because an iteration costs more than the rest of a short answer. */
function readWhole(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) incoming.destroy(broken('the result is too large'))
      else chunks.push(chunk)
    })
    incoming.on('error', reject)
    incoming.on('end', () => resolve(Buffer.concat(chunks, size)))
    incoming.on('close', () => {
      if (!incoming.readableEnded) reject(new Failure('upstream_failed', 'the answer was cut off'))
    })
  })
}

function parsed(text: string): JsonObject | undefined {
  let value: JsonValue
  try {
    value = JSON.parse(text) as JsonValue
  } catch (cause) {
    throw new Failure('upstream_protocol', 'the answer is not JSON', { cause })
  }
  return isObject(value) ? value : undefined
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300
}

function broken(what: string): Failure {
  return new Failure('upstream_protocol', what)
}
