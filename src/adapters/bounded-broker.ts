/**
 * A broker that answers in time or not at all. Whatever an adapter does, or lets through of what a backend said, only
 * the two failures of the port come out, and no words of the backend with them.
 */
import { codeOf, Failure } from '../kernel/failure.ts'
import type { CredentialBroker } from '../lease/ports.ts'

export type BrokerLimits = { readonly callMs: number }

/** Twice what a slow Vault or token service takes; a call of an agent waits for it. */
export const BROKER_LIMITS: BrokerLimits = { callMs: 10_000 }

export function boundedBroker(
  inner: CredentialBroker,
  { callMs }: BrokerLimits = BROKER_LIMITS,
): CredentialBroker {
  const within = <T>(outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    inTime(inner.id, AbortSignal.any([outer, AbortSignal.timeout(callMs)]), work)
  const { reconcile } = inner
  return {
    id: inner.id,
    kind: inner.kind,
    capabilities: inner.capabilities,
    issue: (request, signal) => within(signal, (bounded) => inner.issue(request, bounded)),
    revoke: (lease, reason, signal) =>
      within(signal, (bounded) => inner.revoke(lease, reason, bounded)),
    // A long list may take longer than one answer; who reads it says when to stop.
    ...(reconcile === undefined ? {} : { reconcile }),
  }
}

/** An adapter that does not listen to its signal is left behind; what it made is taken back by the id of its lease. */
async function inTime<T>(
  broker: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const end = () => reject(new Failure('broker_unreachable', `${broker} did not answer in time`))
  signal.addEventListener('abort', end, { once: true })
  try {
    if (signal.aborted) end()
    return await Promise.race([work(signal), late])
  } catch (error) {
    if (codeOf(error) === 'broker_unreachable' || codeOf(error) === 'broker_refused') throw error
    throw new Failure('broker_unreachable', `${broker} failed`, { cause: error })
  } finally {
    signal.removeEventListener('abort', end)
  }
}
