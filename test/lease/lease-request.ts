/** What a lender asks a broker for, with everything a test does not care about filled in. */
import type { Clock } from '../../src/kernel/clock.ts'
import type { CredentialBroker, HeldLease, Issued, IssueRequest } from '../../src/lease/ports.ts'
import { type LeaseScope, scopeDigest } from '../../src/lease/scope.ts'

export const LEASE = '0197c3a0-1111-7000-8000-000000000001'
export const SIGNAL = new AbortController().signal

export const READ_SCOPE: LeaseScope = {
  upstream: 'log',
  tool: 'log__search',
  action: 'query:log',
  effect: 'read',
  targets: [{ kind: 'device', id: 'web-1' }],
  audience: 'https://log.example.test/mcp',
}

export function requestFor(
  clock: Clock,
  change: Partial<IssueRequest> = {},
  scope: Partial<LeaseScope> = {},
): IssueRequest {
  const whole = { ...READ_SCOPE, ...scope }
  const decided = {
    tenant: 'main',
    entryId: 'e1',
    type: 'decision.made',
    index: 1,
    leafHash: '00',
  } as const
  return {
    tenant: 'main',
    lease: LEASE,
    task: 'task-1',
    agent: 'triage-1',
    caseId: 'case-1',
    call: 'call-1',
    scope: whole,
    scopeDigest: scopeDigest(whole),
    ttlMs: 60_000,
    nowMs: clock.nowMs(),
    decided: decided as unknown as IssueRequest['decided'],
    ...change,
  }
}

/** The lease as the lender holds it afterwards; without `issued` its answer never came. */
export function heldOf(request: IssueRequest, issued?: Issued): HeldLease {
  return {
    tenant: request.tenant,
    id: request.lease,
    task: request.task,
    agent: request.agent,
    scope: request.scope,
    issuedAtMs: request.nowMs,
    expiresAtMs: issued?.expiresAtMs ?? request.nowMs + request.ttlMs,
    ...(issued?.handle === undefined ? {} : { handle: issued.handle }),
  }
}

/** A clock that only moves when told, at the real time unless told otherwise: servers look at their own. */
export function clockAt(
  startMs: number = Date.now(),
): Clock & { readonly advance: (ms: number) => void } {
  let nowMs = startMs
  return {
    nowMs: () => nowMs,
    advance: (ms) => {
      nowMs += ms
    },
  }
}

/** Ids of the leases that bear the broker's mark at the backend. */
export async function leasesAt(broker: CredentialBroker): Promise<readonly string[]> {
  const leases: string[] = []
  for await (const { lease } of broker.reconcile?.(SIGNAL) ?? []) leases.push(lease)
  return leases
}
