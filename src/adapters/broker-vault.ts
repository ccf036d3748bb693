/**
 * Vault and OpenBao: a token of its own for each lease, with the policies of the terms and an end, reads one dynamic
 * secret. Revoking the token revokes what was read with it; only what was read is lent, never the token.
 */
import type { Clock } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import type {
  BrokerCapabilities,
  CredentialBroker,
  HeldLease,
  Issued,
  IssueRequest,
  OrphanLease,
  Revocation,
} from '../lease/ports.ts'
import type { VaultBrokerSpec, VaultTerms } from './broker-spec.ts'
import { checkTtl, filledIn, termsFor } from './broker-terms.ts'
import { oncePerLease } from './once-per-lease.ts'
import { issuedAs } from './service-token.ts'
import type { VaultSecret, VaultToken } from './vault-api.ts'
import { createToken, markedTokens, readSecret, revokeLease, revokeToken } from './vault-api.ts'

/** A token ends on a whole second. */
const MIN_TTL_MS = 1_000
/** For taking back what was made when the rest of an issue failed, also after its caller has gone. */
const CLEAN_UP_MS = 5_000
const MARK = { broker: 'countersign_broker', lease: 'countersign_lease' } as const

/** Whether open sessions end is for the engine to say; most drop the account and no more. */
const ABILITIES = {
  perTask: true,
  downscopes: true,
  revokesNow: true,
  killsSessions: false,
  minTtlMs: MIN_TTL_MS,
}

export function createVaultBroker(
  spec: VaultBrokerSpec,
  { clock }: { clock: Clock },
): CredentialBroker {
  const capabilities: BrokerCapabilities = { ...ABILITIES, maxTtlMs: spec.maxTtlMs }
  const broker: CredentialBroker = {
    id: spec.id,
    kind: 'vault',
    capabilities,
    issue: async (request, signal) => {
      checkTtl(request, capabilities)
      return issue(spec, request, signal)
    },
    revoke: (lease, _reason, signal) => revoke(spec, lease, signal),
    reconcile: (signal) => reconcile(spec, signal),
  }
  return oncePerLease(broker, clock)
}

async function issue(
  spec: VaultBrokerSpec,
  request: IssueRequest,
  signal: AbortSignal,
): Promise<Issued> {
  const terms = termsFor(spec.terms, request.scope)
  const path = filledIn(terms.path, request.scope)
  const token = await createToken(spec, tokenFor(spec, terms, request), signal)
  try {
    // Root can do everything, for ever: nothing is read with it, not even once.
    if (token.policies.includes('root'))
      throw new Failure('broker_refused', 'the token is a root token')
    const { parameters } = terms
    const body = parameters === undefined ? {} : { body: parameters }
    const secret = await readSecret(spec, { path, token: token.client_token, ...body, signal })
    return issuedOf(terms, request, token, secret)
  } catch (error) {
    await revokeToken(spec, token.accessor, AbortSignal.timeout(CLEAN_UP_MS)).catch(() => undefined)
    throw error
  }
}

function tokenFor(spec: VaultBrokerSpec, { policies }: VaultTerms, request: IssueRequest): object {
  const ttl = `${Math.floor(request.ttlMs / 1000)}s`
  return {
    ...{ type: 'service', policies, ttl, explicit_max_ttl: ttl },
    ...{ renewable: false, no_default_policy: true, display_name: `countersign-${spec.id}` },
    meta: {
      ...{ [MARK.broker]: spec.id, [MARK.lease]: request.lease },
      ...{ countersign_task: request.task, countersign_agent: request.agent },
    },
  }
}

function issuedOf(
  terms: VaultTerms,
  { nowMs, ttlMs }: IssueRequest,
  token: VaultToken,
  secret: VaultSecret,
): Issued {
  if (secret.lease_id === '') {
    throw new Failure('broker_refused', 'the path holds a secret that stays, not one that is lent')
  }
  const fields = Object.entries(secret.data).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  const issued = issuedAs(
    {
      fields: Object.fromEntries(fields),
      handle: JSON.stringify({ accessor: token.accessor, lease: secret.lease_id }),
      // What was read ends with the token at the latest, however long its own lease says.
      endMs: nowMs + token.lease_duration * 1000,
      beyond: beyond(terms, token),
    },
    { nowMs, ttlMs },
  )
  const ownEndMs = nowMs + secret.lease_duration * 1000
  return { ...issued, expiresAtMs: Math.min(issued.expiresAtMs, ownEndMs) }
}

function beyond(terms: VaultTerms, token: VaultToken): readonly string[] {
  const others = token.policies.filter((policy) => !terms.policies.includes(policy))
  return others.length === 0
    ? []
    : [`the token has ${others.length} policies beyond those of the terms`]
}

async function revoke(
  spec: VaultBrokerSpec,
  held: HeldLease,
  signal: AbortSignal,
): Promise<Revocation> {
  const handle = held.handle === undefined ? await foundFor(spec, held, signal) : held.handle
  if (handle === undefined) {
    return spec.mayList
      ? { isRevoked: true }
      : { isRevoked: false, residualUntilMs: held.expiresAtMs }
  }
  const { accessor, lease } = JSON.parse(handle) as { accessor: string; lease?: string }
  if (lease !== undefined) await revokeLease(spec, lease, signal)
  await revokeToken(spec, accessor, signal)
  return { isRevoked: true }
}

async function foundFor(
  spec: VaultBrokerSpec,
  { id }: HeldLease,
  signal: AbortSignal,
): Promise<string | undefined> {
  for await (const orphan of reconcile(spec, signal)) if (orphan.lease === id) return orphan.handle
  return undefined
}

async function* reconcile(spec: VaultBrokerSpec, signal: AbortSignal): AsyncIterable<OrphanLease> {
  if (!spec.mayList) return
  for await (const { accessor, meta } of markedTokens(spec, signal)) {
    const lease = meta[MARK.lease]
    if (meta[MARK.broker] !== spec.id || lease === undefined) continue
    yield { lease, handle: JSON.stringify({ accessor }) }
  }
}
