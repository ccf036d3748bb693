/**
 * How an agent gets the right to act: it signs a short workload JWT with its own key and exchanges it
 * (RFC 8693) for a task token, bound to one case and one purpose. The task token is renewed under the same
 * task before it ends.
 */
import { randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, importJWK, type JWK, SignJWT } from 'jose'
import { z } from 'zod'

export type AgentIdentity = {
  /** Where the gateway is, e.g. `http://localhost:7070`. */
  readonly base: string
  /** The subject the gateway registered, e.g. `spiffe://range.example/agent/triage`. */
  readonly subject: string
  /** Private EC P-256 key. */
  readonly key: JWK
  readonly caseRef: string
}

export type TaskTokens = {
  /** A task token that is good for at least half a minute; exchanged or renewed when there is none. */
  readonly current: () => Promise<string>
  /** Forgets the token, so that the next `current` gets a new one for the same task. */
  readonly forget: () => void
  /** The task the token belongs to, once there is one. */
  readonly task: () => string | undefined
}

/** The gateway refused the exchange. `code` is the OAuth error code (RFC 6749, 5.2). */
export class ExchangeRefused extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'ExchangeRefused'
    this.code = code
  }
}

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt'
/** Long enough for a clock that is a little off, well below the 300 s a gateway accepts. */
const WORKLOAD_JWT_SECONDS = 120
/** A call begun with a token must not outlive it: renew this long before the end. */
const RENEW_BEFORE_MS = 60_000
/** A gateway that needs longer than this to answer an exchange is not there. */
const EXCHANGE_TIMEOUT_MS = 10_000

const exchanged = z.object({
  access_token: z.string(),
  expires_in: z.number().positive(),
  authorization_details: z
    .array(z.object({ type: z.string(), task: z.string().optional() }))
    .min(1),
})
const refused = z.object({ error: z.string(), error_description: z.string().optional() })

/** Tokens of one task, got on demand. `current` rejects with `ExchangeRefused` or a network error. */
export function taskTokens(identity: AgentIdentity): TaskTokens {
  let token: { readonly text: string; readonly endsAtMs: number } | undefined
  let task: string | undefined
  const current = async () => {
    if (token !== undefined && token.endsAtMs - Date.now() > RENEW_BEFORE_MS) return token.text
    const answer = await exchange(identity, task)
    task = answer.authorization_details[0]?.task ?? task
    token = { text: answer.access_token, endsAtMs: Date.now() + answer.expires_in * 1000 }
    return token.text
  }
  const forget = () => {
    token = undefined
  }
  return { current, forget, task: () => task }
}

async function exchange(identity: AgentIdentity, task: string | undefined) {
  const workload = await workloadJwt(identity)
  const wanted = { type: 'countersign_task', case: identity.caseRef, purpose: 'respond' }
  const response = await fetch(`${identity.base}/oauth/token`, {
    method: 'POST',
    signal: AbortSignal.timeout(EXCHANGE_TIMEOUT_MS),
    body: new URLSearchParams({
      grant_type: GRANT,
      actor_token: workload,
      actor_token_type: JWT_TYPE,
      subject_token: workload,
      subject_token_type: JWT_TYPE,
      resource: `${identity.base}/mcp`,
      authorization_details: JSON.stringify([task === undefined ? wanted : { ...wanted, task }]),
    }),
  })
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok) return exchanged.parse(body)
  const why = refused.safeParse(body).data
  const code = why?.error ?? `http_${response.status}`
  throw new ExchangeRefused(code, why?.error_description ?? 'the task token was refused')
}

async function workloadJwt({ base, subject, key }: AgentIdentity): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: await calculateJwkThumbprint(key) })
    .setIssuer(subject)
    .setSubject(subject)
    .setAudience(`${base}/oauth/token`)
    .setIssuedAt(now)
    .setExpirationTime(now + WORKLOAD_JWT_SECONDS)
    .setJti(randomUUID())
    .sign(await importJWK(key, 'ES256'))
}
