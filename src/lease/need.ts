/**
 * Credentials that can do more than the calls they are used for (R8): those a backend does not narrow to one call, and
 * the gateway's own, which are the same for every call. They are named to the operator, and refused where only narrow
 * ones may be used.
 */
import type { LeaseFinding } from './finding.ts'
import type { BrokerCapabilities, CredentialBroker } from './ports.ts'
import type { ToolRule } from './rule.ts'

/** Whether it can do more, or for more, than the call it is lent for: by its kind, or as the backend gave it. */
export function isBroader(
  { downscopes, perTask }: Pick<BrokerCapabilities, 'downscopes' | 'perTask'>,
  findings: readonly LeaseFinding[] = [],
): boolean {
  return !downscopes || !perTask || findings.some(({ kind }) => kind === 'broader_than_asked')
}

export type Broad = { readonly upstream: string; readonly why: string }

type Upstream = { readonly id: string; readonly credential?: unknown }

/** In the order of the upstreams; at most one for each. */
export function broadCredentials(
  upstreams: readonly Upstream[],
  rules: readonly ToolRule[],
  brokers: readonly Pick<CredentialBroker, 'id' | 'capabilities'>[],
): readonly Broad[] {
  return upstreams.flatMap(({ id: upstream, credential }) => {
    const own = rules.filter((rule) => rule.upstream === upstream)
    const lender = brokers.find(
      ({ id, capabilities }) => own.some(({ broker }) => broker === id) && isBroader(capabilities),
    )
    if (lender !== undefined) {
      return [{ upstream, why: `what the broker "${lender.id}" lends is the same for every call` }]
    }
    const isLeft = !own.some(({ tools }) => tools.includes('*'))
    return credential !== undefined && isLeft
      ? [{ upstream, why: "calls go out with the gateway's own credential" }]
      : []
  })
}
