/** The calls of Vault and OpenBao a broker makes, over HTTP, and what their answers look like. */
import { z } from 'zod'
import { Failure } from '../kernel/failure.ts'
import { answered, askBroker, type BrokerAnswer, readAnswer } from './broker-http.ts'
import type { VaultBrokerSpec } from './broker-spec.ts'

const Token = z.object({
  auth: z.object({
    client_token: z.string().min(1),
    accessor: z.string().min(1),
    policies: z.array(z.string()),
    lease_duration: z.int().positive(),
  }),
})
export type VaultToken = z.output<typeof Token>['auth']

const Secret = z.object({
  lease_id: z.string(),
  lease_duration: z.int().min(0),
  data: z.record(z.string(), z.unknown()),
})
export type VaultSecret = z.output<typeof Secret>

const Accessors = z.object({ data: z.object({ keys: z.array(z.string()) }) })
const LookedUp = z.object({
  data: z.object({ meta: z.record(z.string(), z.string()).nullish() }),
})
const Errors = z.object({ errors: z.array(z.string()) })

export type VaultCall = {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Without `/v1/`. */
  readonly path: string
  readonly token: string
  readonly body?: object
  readonly signal: AbortSignal
}

export async function createToken(
  spec: VaultBrokerSpec,
  body: object,
  signal: AbortSignal,
): Promise<VaultToken> {
  const path = spec.role === undefined ? 'create' : `create/${encodeURIComponent(spec.role)}`
  const call = { path: `auth/token/${path}`, token: spec.token(), body, signal }
  return readAnswer(accepted(await callVault(spec, { method: 'POST', ...call })), Token).auth
}

export async function readSecret(
  spec: VaultBrokerSpec,
  call: Omit<VaultCall, 'method'>,
): Promise<VaultSecret> {
  const method = call.body === undefined ? 'GET' : 'POST'
  return readAnswer(accepted(await callVault(spec, { method, ...call })), Secret)
}

/** Revokes at the engine before it answers, so that the credential is gone by then. */
export async function revokeLease(
  spec: VaultBrokerSpec,
  lease: string,
  signal: AbortSignal,
): Promise<void> {
  const body = { lease_id: lease, sync: true }
  const call = { method: 'PUT', path: 'sys/leases/revoke', token: spec.token(), body } as const
  const answer = await callVault(spec, { ...call, signal })
  if (!isGone(answer, 'invalid lease')) accepted(answer)
}

/** The token, its children and every lease that was read with them. */
export async function revokeToken(
  spec: VaultBrokerSpec,
  accessor: string,
  signal: AbortSignal,
): Promise<void> {
  const path = 'auth/token/revoke-accessor'
  const call = { method: 'POST', path, token: spec.token(), body: { accessor }, signal } as const
  const answer = await callVault(spec, call)
  if (!isGone(answer, 'invalid accessor')) accepted(answer)
}

/** Accessors of all live tokens with what they were marked with. */
export async function* markedTokens(
  spec: VaultBrokerSpec,
  signal: AbortSignal,
): AsyncIterable<{ readonly accessor: string; readonly meta: Readonly<Record<string, string>> }> {
  const list = { method: 'GET', path: 'auth/token/accessors?list=true' } as const
  const listed = await callVault(spec, { ...list, token: spec.token(), signal })
  if (listed.status === 404) return
  for (const accessor of readAnswer(accepted(listed), Accessors).data.keys) {
    const path = 'auth/token/lookup-accessor'
    const call = { method: 'POST', path, token: spec.token(), body: { accessor }, signal } as const
    const answer = await callVault(spec, call)
    if (isGone(answer, 'invalid accessor')) continue
    yield { accessor, meta: readAnswer(accepted(answer), LookedUp).data.meta ?? {} }
  }
}

function callVault(spec: VaultBrokerSpec, call: VaultCall): Promise<BrokerAnswer> {
  const { method, path, token, body, signal } = call
  return askBroker({
    url: new URL(`${spec.url.replace(/\/+$/, '')}/v1/${path}`),
    method,
    headers: {
      'x-vault-token': token,
      // Vault Agent and its like answer only requests that bear it: a browser cannot be made to send it.
      'x-vault-request': 'true',
      ...(spec.namespace === undefined ? {} : { 'x-vault-namespace': spec.namespace }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal,
  })
}

function accepted(answer: BrokerAnswer): BrokerAnswer {
  if (answer.status < 300) return answer
  throw answered(answer.status)
}

/** Versions answer 400, 403 or 404 for what is not there any more; the text tells it from a no. */
function isGone(answer: BrokerAnswer, text: string): boolean {
  if (answer.status === 404) return true
  if (answer.status !== 400 && answer.status !== 403) return false
  try {
    return readAnswer(answer, Errors).errors.some((each) => each.includes(text))
  } catch (error) {
    if (error instanceof Failure) return false
    throw error
  }
}
