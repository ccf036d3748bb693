/**
 * What a service gives has an end that the service sets, often later than was asked for. The lease ends as asked, or
 * with what was given; how much longer somebody could use it is said.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { LeaseFinding } from '../lease/finding.ts'
import { type SecretFields, sealIn } from '../lease/material.ts'
import type { Issued, IssueRequest } from '../lease/ports.ts'

/** The clock of a service may differ by this much before its word on the end is called longer. */
const CLOCK_LEEWAY_MS = 5_000

export type ServiceToken = {
  readonly fields: SecretFields
  readonly handle: string
  /** When the service ends it. */
  readonly endMs: InstantMs
  /** In what it goes beyond what was asked for; for people, without a secret. */
  readonly beyond: readonly string[]
}

export function issuedAs(
  { fields, handle, endMs, beyond }: ServiceToken,
  { nowMs, ttlMs }: Pick<IssueRequest, 'nowMs' | 'ttlMs'>,
): Issued {
  const askedMs = nowMs + ttlMs
  const findings: LeaseFinding[] = beyond.map((detail) => ({ kind: 'broader_than_asked', detail }))
  if (endMs > askedMs + CLOCK_LEEWAY_MS) {
    const detail = `it ends ${Math.round((endMs - askedMs) / 1000)} s after the lease`
    findings.push({ kind: 'outlives_lease', detail })
  }
  return {
    material: sealIn(fields),
    handle,
    expiresAtMs: Math.min(askedMs, endMs),
    residualUntilMs: endMs,
    ...(findings.length === 0 ? {} : { findings }),
  }
}
