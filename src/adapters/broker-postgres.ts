/**
 * A role of its own at PostgreSQL for each lease. Its password ends by itself (`VALID UNTIL`); a session that was
 * opened before does not, so taking the lease back also ends those. The role is named after broker and lease: who
 * asks again gets a new role in place of the old one, and what a crash left is found by its name.
 */
import { randomBytes } from 'node:crypto'
import { Failure } from '../kernel/failure.ts'
import { sealIn } from '../lease/material.ts'
import type {
  BrokerCapabilities,
  CredentialBroker,
  Issued,
  IssueRequest,
  OrphanLease,
} from '../lease/ports.ts'
import type { PostgresBrokerSpec } from './broker-spec.ts'
import { checkTtl, termsFor } from './broker-terms.ts'
import {
  createRole,
  dropRole,
  hasRole,
  mayChange,
  refusePowerful,
  rolesNamed,
} from './postgres-role.ts'
import { withSession } from './postgres-session.ts'
import { scramVerifier } from './scram-verifier.ts'

/** A login takes a moment, and clocks differ by as much. */
const MIN_TTL_MS = 5_000
/** Of the 63 bytes of a name, what is left beside `cs_`, the broker's id and `_`. */
const LEASE_ID = /^[A-Za-z0-9-]{1,36}$/

/** `downscopes`: a role can do what the terms give this tool; it does not know the targets. */
const ABILITIES = {
  perTask: true,
  downscopes: true,
  revokesNow: true,
  killsSessions: true,
  minTtlMs: MIN_TTL_MS,
}

export function createPostgresBroker(spec: PostgresBrokerSpec): CredentialBroker {
  const capabilities: BrokerCapabilities = { ...ABILITIES, maxTtlMs: spec.maxTtlMs }
  const nameOf = (lease: string): string => {
    if (!LEASE_ID.test(lease)) throw new Failure('broker_refused', 'the id of the lease is no name')
    return prefixOf(spec) + lease
  }
  return {
    id: spec.id,
    kind: 'postgres',
    capabilities,
    issue: (request, signal) => {
      checkTtl(request, capabilities)
      return issue(spec, nameOf(request.lease), request, signal)
    },
    revoke: (lease, _reason, signal) =>
      withSession(spec, signal, async (client) => {
        const name = nameOf(lease.id)
        if (!(await hasRole(client, name))) return { isRevoked: true }
        return { isRevoked: true, sessionsEnded: await dropRole(client, name) }
      }),
    reconcile: (signal) => reconcile(spec, signal),
  }
}

function prefixOf({ id }: PostgresBrokerSpec): string {
  return `cs_${id}_`
}

async function issue(
  spec: PostgresBrokerSpec,
  name: string,
  request: IssueRequest,
  signal: AbortSignal,
): Promise<Issued> {
  const { roles } = termsFor(spec.terms, request.scope)
  // Letters, digits, `-` and `_` only: it goes through connection strings unescaped.
  const password = randomBytes(32).toString('base64url')
  const expiresAtMs = request.nowMs + request.ttlMs
  const isBroader = await withSession(spec, signal, async (client) => {
    await refusePowerful(client, roles)
    if (await hasRole(client, name)) await dropRole(client, name)
    const verifier = scramVerifier(password, randomBytes(16))
    const comment = commentOf(request)
    await createRole(client, { name, verifier, untilMs: expiresAtMs, memberOf: roles, comment })
    return request.scope.effect === 'read' && (await mayChange(client, name))
  })
  const { host, port, database } = spec
  const material = sealIn({ host, port: String(port), database, username: name, password })
  const detail = `a lease to read may also change tables or create them through ${roles.join(', ')}`
  return {
    material,
    expiresAtMs,
    // For the password. A session opened with it lives until it is ended, which is what `revoke` does.
    residualUntilMs: expiresAtMs,
    ...(isBroader ? { findings: [{ kind: 'broader_than_asked', detail }] } : {}),
  }
}

function commentOf({ lease, task, agent, caseId, scope }: IssueRequest): string {
  return `countersign lease ${lease}: tool ${scope.tool}, task ${task}, agent ${agent}, case ${caseId}`
}

async function* reconcile(
  spec: PostgresBrokerSpec,
  signal: AbortSignal,
): AsyncIterable<OrphanLease> {
  const prefix = prefixOf(spec)
  for (const name of await withSession(spec, signal, (client) => rolesNamed(client, prefix))) {
    const lease = name.slice(prefix.length)
    // "cs_db_" is also how the names of a broker called "db_x" would begin, were "_" allowed in an id.
    if (LEASE_ID.test(lease)) yield { lease }
  }
}
