/** The brokers of this installation by the names the operator gave them. Made once, at the start. */
import { Failure } from '../kernel/failure.ts'
import type { CredentialBroker } from './ports.ts'

export type Brokers = {
  /** Throws `config_invalid`: a name that was checked at the start is gone. */
  readonly byId: (id: string) => CredentialBroker
  readonly all: () => readonly CredentialBroker[]
}

/** Throws `config_invalid` for a name that is given twice. */
export function brokersOf(given: readonly CredentialBroker[]): Brokers {
  const byId = new Map(given.map((broker) => [broker.id, broker]))
  if (byId.size !== given.length) throw new Failure('config_invalid', 'two brokers have one name')
  return {
    all: () => given,
    byId: (id) => {
      const broker = byId.get(id)
      if (broker === undefined) throw new Failure('config_invalid', `there is no broker "${id}"`)
      return broker
    },
  }
}
