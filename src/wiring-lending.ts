/** Wires brokers to the spine. Without a rule there is nothing to wire, and no call looks for one. */
import { createBrokers } from './adapters/create-brokers.ts'
import type { Config } from './config.ts'
import type { Lending } from './enforcement/lent.ts'
import type { Clock } from './kernel/clock.ts'
import { createDesk } from './lease/desk.ts'
import type { CredentialBroker } from './lease/ports.ts'
import { brokersOf } from './lease/registry.ts'
import { rulesFor } from './lease/rule.ts'
import type { Store } from './store/store.ts'

/** `also`: brokers that are no part of the product. */
export function wireLending(
  config: Pick<Config, 'brokers' | 'lending'>,
  parts: Pick<Store, 'secrets'> & { readonly clock: Clock },
  also: readonly CredentialBroker[] = [],
): { readonly lending?: Lending } {
  const { lending: rules = [] } = config
  if (rules.length === 0) return {}
  const brokers = brokersOf([...createBrokers(config.brokers ?? [], parts), ...also])
  return { lending: { ruleFor: rulesFor(rules), brokers, desk: createDesk() } }
}
