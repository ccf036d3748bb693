/** The brokers of the configuration, each made by its kind and bounded in time. */
import type { Clock } from '../kernel/clock.ts'
import type { CredentialBroker } from '../lease/ports.ts'
import type { SecretStore } from '../lease/secrets.ts'
import { boundedBroker } from './bounded-broker.ts'
import { createPostgresBroker } from './broker-postgres.ts'
import { createSealedBroker } from './broker-sealed.ts'
import type { BrokerSpec } from './broker-spec.ts'

export type BrokerParts = { readonly secrets: SecretStore; readonly clock: Clock }

export function createBrokers(
  specs: readonly BrokerSpec[],
  parts: BrokerParts,
): readonly CredentialBroker[] {
  return specs.map((spec) => boundedBroker(createBroker(spec, parts)))
}

function createBroker(spec: BrokerSpec, parts: BrokerParts): CredentialBroker {
  switch (spec.kind) {
    case 'sealed':
      return createSealedBroker(spec, parts.secrets)
    case 'postgres':
      return createPostgresBroker(spec, parts)
  }
}
