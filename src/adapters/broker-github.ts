/**
 * GitHub: an installation token of an app for each lease, for the repositories and permissions of the terms. GitHub
 * gives each token an hour; the lease ends sooner by giving it back.
 */
import { createPrivateKey } from 'node:crypto'
import { SignJWT } from 'jose'
import { z } from 'zod'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import type {
  BrokerCapabilities,
  CredentialBroker,
  HeldLease,
  Issued,
  IssueRequest,
  Revocation,
} from '../lease/ports.ts'
import { answered, askBroker, type BrokerQuestion, readAnswer } from './broker-http.ts'
import type { GithubBrokerSpec } from './broker-spec.ts'
import { checkTtl, filledIn, termsFor } from './broker-terms.ts'
import { oncePerLease } from './once-per-lease.ts'
import { issuedAs } from './service-token.ts'

const MIN_TTL_MS = 1_000
/** The life of every installation token. */
const TOKEN_LIFE_MS = 3_600_000
/** The app's own proof: GitHub takes at most ten minutes, and advises to date it back for clocks that differ. */
const PROOF_S = 300
const BACKDATE_S = 60
/** Every token may read the names of what it is for; it cannot be left out. */
const ALWAYS: Readonly<Record<string, string>> = { metadata: 'read' }

const Token = z.object({
  token: z.string().min(1),
  expires_at: z.iso.datetime({ offset: true }),
  permissions: z.record(z.string(), z.string()),
  repository_selection: z.enum(['all', 'selected']),
  repositories: z.array(z.object({ name: z.string() })).optional(),
})
type Given = z.output<typeof Token>

type Asked = {
  readonly repositories: readonly string[]
  readonly permissions: Readonly<Record<string, string>>
}

/** A token is presented with each request: there is no session that could outlive it. */
const ABILITIES = {
  perTask: true,
  downscopes: true,
  revokesNow: true,
  killsSessions: true,
  minTtlMs: MIN_TTL_MS,
}

export function createGithubBroker(
  spec: GithubBrokerSpec,
  { clock }: { clock: Clock },
): CredentialBroker {
  const maxTtlMs = Math.min(spec.maxTtlMs, TOKEN_LIFE_MS)
  const capabilities: BrokerCapabilities = { ...ABILITIES, maxTtlMs }
  const broker: CredentialBroker = {
    id: spec.id,
    kind: 'github',
    capabilities,
    issue: async (request, signal) => {
      checkTtl(request, capabilities)
      return issue(spec, request, signal)
    },
    revoke: (lease, _reason, signal) => revoke(spec, clock, lease, signal),
    // No `reconcile`: GitHub does not list the tokens of an installation.
  }
  return oncePerLease(broker, clock)
}

async function issue(
  spec: GithubBrokerSpec,
  request: IssueRequest,
  signal: AbortSignal,
): Promise<Issued> {
  const { repositories, permissions } = termsFor(spec.terms, request.scope)
  const names = repositories.map((name) => filledIn(name, request.scope))
  const asked: Asked = { repositories: names, permissions }
  const answer = await askGithub(spec, {
    path: `app/installations/${encodeURIComponent(spec.installation)}/access_tokens`,
    method: 'POST',
    bearer: await proofOf(spec, request.nowMs),
    body: JSON.stringify(asked),
    signal,
  })
  if (answer.status !== 201) throw answered(answer.status)
  const given = readAnswer(answer, Token)
  return issuedAs(
    {
      fields: { token: given.token },
      // GitHub knows a token by itself alone: there is nothing else to give it back by.
      handle: given.token,
      endMs: Date.parse(given.expires_at),
      beyond: beyond(asked, given),
    },
    request,
  )
}

/** Signed by the app's key; says who asks, for five minutes. */
async function proofOf({ app, privateKey }: GithubBrokerSpec, nowMs: InstantMs): Promise<string> {
  const nowS = Math.floor(nowMs / 1000)
  try {
    return await new SignJWT()
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setIssuer(app)
      .setIssuedAt(nowS - BACKDATE_S)
      .setExpirationTime(nowS + PROOF_S)
      .sign(createPrivateKey(privateKey()))
  } catch {
    // Without its cause: that could quote the key.
    throw new Failure('broker_refused', "the app's private key is not one GitHub gives")
  }
}

function beyond(asked: Asked, given: Given): readonly string[] {
  const allowed = { ...ALWAYS, ...asked.permissions }
  const more = Object.entries(given.permissions).filter(
    ([name, level]) => allowed[name] !== level && allowed[name] !== 'write',
  )
  const names = asked.repositories
  const others = (given.repositories ?? []).filter(({ name }) => !names.includes(name))
  const isForAll = given.repository_selection === 'all'
  return [
    ...(more.length > 0 ? [`${more.length} permissions go beyond those of the terms`] : []),
    ...(isForAll ? ['the token is for all repositories'] : []),
    ...(!isForAll && others.length > 0
      ? [`the token is for ${others.length} other repositories`]
      : []),
  ]
}

async function revoke(
  spec: GithubBrokerSpec,
  clock: Clock,
  { handle, issuedAtMs }: HeldLease,
  signal: AbortSignal,
): Promise<Revocation> {
  if (handle === undefined) {
    const residualUntilMs = issuedAtMs + TOKEN_LIFE_MS
    if (clock.nowMs() >= residualUntilMs) return { isRevoked: true }
    return { isRevoked: false, residualUntilMs }
  }
  const call = { path: 'installation/token', method: 'DELETE', bearer: handle, signal } as const
  const { status } = await askGithub(spec, call)
  // 401: GitHub does not know the token any more.
  if (status === 204 || status === 401) return { isRevoked: true }
  throw answered(status)
}

type GithubCall = Pick<BrokerQuestion, 'method' | 'body' | 'signal'> & {
  readonly path: string
  readonly bearer: string
}

function askGithub({ url, id }: GithubBrokerSpec, { path, bearer, ...call }: GithubCall) {
  return askBroker({
    ...call,
    url: new URL(`${url.replace(/\/+$/, '')}/${path}`),
    headers: {
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      'user-agent': `countersign-${id}`,
      authorization: `Bearer ${bearer}`,
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
  })
}
