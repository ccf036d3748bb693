/**
 * An OpenSSH user certificate for each lease: one command, from known addresses, no terminal and no forwarding, for
 * minutes. The host itself checks all of it at login. Taking it back before its end needs a revocation list that
 * hosts read; a command that runs by then runs to its end.
 */
import { readFile } from 'node:fs/promises'
import type { Clock } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import { sealIn } from '../lease/material.ts'
import type {
  BrokerCapabilities,
  CredentialBroker,
  HeldLease,
  Issued,
  IssueRequest,
  Revocation,
} from '../lease/ports.ts'
import type { SshBrokerSpec } from './broker-spec.ts'
import { checkTtl, filledIn, termsFor } from './broker-terms.ts'
import { keyOfLease } from './openssh-key.ts'
import { addToList } from './revocation-list.ts'
import { signCertificate } from './ssh-keygen.ts'

/** A certificate knows seconds, and clocks of hosts differ by some. */
const MIN_TTL_MS = 10_000
const NEW_LINE = /[\r\n\0]/

export function createSshBroker(
  spec: SshBrokerSpec,
  { clock }: { clock: Clock },
): CredentialBroker {
  const capabilities: BrokerCapabilities = {
    perTask: true,
    downscopes: true,
    revokesNow: spec.revocation?.reachesMs === 0,
    killsSessions: false,
    minTtlMs: MIN_TTL_MS,
    maxTtlMs: spec.maxTtlMs,
  }
  return {
    id: spec.id,
    kind: 'ssh',
    capabilities,
    issue: async (request, signal) => {
      checkTtl(request, capabilities)
      return issue(spec, request, signal)
    },
    revoke: (lease, _reason, signal) => revoke(spec, clock, lease, signal),
    // No `reconcile`: a certificate leaves no trace at an authority. One nobody was answered with is known to nobody.
  }
}

async function issue(
  spec: SshBrokerSpec,
  request: IssueRequest,
  signal: AbortSignal,
): Promise<Issued> {
  const { principal, command: template } = termsFor(spec.terms, request.scope)
  const command = filledIn(template, request.scope)
  if (NEW_LINE.test(command)) throw new Failure('broker_refused', 'the command is not one line')
  const key = keyOfLease(await authorityKey(spec), request.tenant, request.lease)
  // A certificate ends on a whole second; never later than asked.
  const expiresAtMs = Math.floor((request.nowMs + request.ttlMs) / 1000) * 1000
  const certificate = await signCertificate(
    {
      authorityFile: spec.authorityFile,
      publicKey: key.publicKey,
      keyId: keyIdOf({ ...request, id: request.lease }),
      ...{ principal, command, sources: spec.sources },
      ...{ fromMs: request.nowMs, untilMs: expiresAtMs },
    },
    signal,
  )
  return {
    material: sealIn({
      user: principal,
      private_key: key.privateKey,
      private_key_base64: Buffer.from(key.privateKey).toString('base64'),
      certificate,
    }),
    expiresAtMs,
    residualUntilMs: expiresAtMs,
  }
}

async function revoke(
  { revocation, authorityFile }: SshBrokerSpec,
  clock: Clock,
  lease: HeldLease,
  signal: AbortSignal,
): Promise<Revocation> {
  const { expiresAtMs } = lease
  if (clock.nowMs() >= expiresAtMs) return { isRevoked: true }
  if (revocation === undefined) return { isRevoked: false, residualUntilMs: expiresAtMs }
  await addToList(revocation.file, authorityFile, keyIdOf(lease), signal)
  const reachedMs = clock.nowMs() + revocation.reachesMs
  return {
    isRevoked: true,
    ...(revocation.reachesMs > 0 ? { residualUntilMs: Math.min(expiresAtMs, reachedMs) } : {}),
  }
}

/** What the log of the host shows, and what the certificate is revoked by. No part can pose as another. */
function keyIdOf({ id, tenant, task, agent }: Pick<HeldLease, 'id' | 'tenant' | 'task' | 'agent'>) {
  const parts = { lease: id, tenant, task, agent }
  return `countersign ${Object.entries(parts)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join(' ')}`
}

async function authorityKey({ authorityFile }: SshBrokerSpec): Promise<string> {
  try {
    return await readFile(authorityFile, 'utf8')
  } catch (cause) {
    throw new Failure('broker_refused', "the authority's key cannot be read", { cause })
  }
}
