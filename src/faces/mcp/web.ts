/** Between node:http and the web types the MCP library speaks. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JsonObject } from '../../kernel/strict-json.ts'

/** The request without its body, which was read and parsed before. */
export function webRequest(req: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(req.headers)) {
    // The token has done its work and goes no further.
    if (value === undefined || name === 'authorization') continue
    for (const item of Array.isArray(value) ? value : [value]) headers.append(name, item)
  }
  const url = `http://${req.headers.host ?? 'localhost'}${req.url ?? '/'}`
  return new Request(url, { method: req.method ?? 'GET', headers, signal })
}

/** Answers with one JSON document, headers and body in one write. */
export function writeJson(res: ServerResponse, message: JsonObject): void {
  if (res.destroyed) return
  const body = Buffer.from(JSON.stringify(message))
  const headers = { 'content-type': 'application/json', 'content-length': body.length }
  res.writeHead(200, headers).end(body)
}

/** Writes the response; when `signal` fires the stream is given up at once, so that its owner hears of it. */
export async function writeResponse(
  res: ServerResponse,
  response: Response,
  signal: AbortSignal,
): Promise<void> {
  const headers = Object.fromEntries(response.headers)
  if (response.body === null) {
    res.writeHead(response.status, headers).end()
    return
  }
  if (headers['content-type']?.startsWith('application/json') === true) {
    // One answer in one piece: headers and body leave in one write.
    const body = Buffer.from(await response.arrayBuffer())
    res.writeHead(response.status, { ...headers, 'content-length': body.length }).end(body)
    return
  }
  res.writeHead(response.status, headers).flushHeaders()
  const reader = response.body.getReader()
  const giveUp = () => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      if (!res.write(value)) await drained(res, signal)
    }
  } catch {
    // The stream broke; ending the response below tells the client.
  } finally {
    signal.removeEventListener('abort', giveUp)
    res.end()
  }
}

function drained(res: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done)
      res.off('close', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    res.on('drain', done)
    res.on('close', done)
    signal.addEventListener('abort', done, { once: true })
  })
}
