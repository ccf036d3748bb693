/** Sends one request over a connection and gives the raw result, whatever members it has. */
import type { Client, RequestOptions } from '@modelcontextprotocol/client'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { fromRequest } from './upstream-errors.ts'
import { exchangeScope } from './upstream-transport.ts'

/** A schema (standardschema.dev) that takes everything: what comes back is checked where it is used. */
type Anything = {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => { readonly value: unknown }
    readonly types?: { readonly input: unknown; readonly output: unknown }
  }
}
const ANYTHING: Anything = {
  '~standard': { version: 1, vendor: 'countersign', validate: (value) => ({ value }) },
}

/**
 * Throws `UpstreamError`, `upstream_unreachable`, `upstream_timeout`, `upstream_failed`,
 * `upstream_protocol` or, when `signal` fired, `cancelled`.
 */
export async function sendRequest(
  client: Client,
  request: { readonly method: string; readonly params: Record<string, unknown> },
  signal: AbortSignal,
  options: RequestOptions,
): Promise<unknown> {
  const broken = new AbortController()
  const both = AbortSignal.any([signal, broken.signal])
  try {
    return await exchangeScope.run({ fail: (failure) => broken.abort(failure) }, () =>
      client.request(request, ANYTHING, { ...options, signal: both, allowInputRequired: true }),
    )
  } catch (error) {
    if (broken.signal.reason instanceof Failure) throw broken.signal.reason
    throw fromRequest(error, signal)
  }
}

/** The same for requests that carry no act of an agent, with their own time limit. Milliseconds. */
export async function sendPlain(
  client: Client,
  method: string,
  params: JsonObject,
  timeoutMs: number,
): Promise<unknown> {
  return sendRequest(client, { method, params: { ...params } }, new AbortController().signal, {
    timeout: timeoutMs,
  })
}
