/**
 * Token services have no key by which a question is known to be the same: each answers with one more token. Before
 * such a service stands this: who asks again for a lease gets what it was given, for as long as that lives. An answer
 * that was lost on its way lends to nobody, and what one process was given dies with it.
 */
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import type { CredentialBroker, Issued } from '../lease/ports.ts'

type Given = {
  readonly scope: string
  readonly untilMs: InstantMs
  readonly answer: Promise<Issued>
}

export function oncePerLease(inner: CredentialBroker, clock: Clock): CredentialBroker {
  const given = new Map<string, Given>()
  const keyOf = (tenant: string, lease: string) => JSON.stringify([tenant, lease])
  return {
    ...inner,
    issue: (request, signal) => {
      const nowMs = clock.nowMs()
      for (const [key, { untilMs }] of given) if (untilMs <= nowMs) given.delete(key)
      const key = keyOf(request.tenant, request.lease)
      const known = given.get(key)
      if (known !== undefined && known.scope !== request.scopeDigest) {
        const why = 'the lease was given for another scope'
        return Promise.reject(new Failure('broker_refused', why))
      }
      if (known !== undefined) return known.answer
      const answer = inner.issue(request, signal)
      const untilMs = request.nowMs + request.ttlMs
      given.set(key, { scope: request.scopeDigest, untilMs, answer })
      answer.catch(() => {
        if (given.get(key)?.answer === answer) given.delete(key)
      })
      return answer
    },
    revoke: (lease, reason, signal) => {
      given.delete(keyOf(lease.tenant, lease.id))
      return inner.revoke(lease, reason, signal)
    },
  }
}
