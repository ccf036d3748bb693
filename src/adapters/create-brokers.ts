/** The brokers of the configuration, each made by its kind and bounded in time. */
import type { Clock } from '../kernel/clock.ts'
import type { CredentialBroker } from '../lease/ports.ts'
import type { SecretStore } from '../lease/secrets.ts'
import { boundedBroker } from './bounded-broker.ts'
import { createAwsBroker } from './broker-aws.ts'
import { createGithubBroker } from './broker-github.ts'
import { createOauthBroker } from './broker-oauth.ts'
import { createPostgresBroker } from './broker-postgres.ts'
import { createSealedBroker } from './broker-sealed.ts'
import type { BrokerSpec } from './broker-spec.ts'
import { createSshBroker } from './broker-ssh.ts'
import { createVaultBroker } from './broker-vault.ts'

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
      return createPostgresBroker(spec)
    case 'ssh':
      return createSshBroker(spec, parts)
    case 'vault':
      return createVaultBroker(spec, parts)
    case 'aws':
      return createAwsBroker(spec, parts)
    case 'github':
      return createGithubBroker(spec, parts)
    case 'oauth':
      return createOauthBroker(spec, parts)
  }
}
