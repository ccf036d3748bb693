/**
 * The first person of an installation. Everybody else is registered by somebody who may; the first one cannot be,
 * so whoever holds the data directory makes one, on record as done by the system.
 */
import { registerPerson } from '../command/register-person.ts'
import type { Role } from '../identity/person.ts'
import { Failure } from '../kernel/failure.ts'
import type { Gateway } from '../main.ts'
import { TENANT } from '../wiring.ts'

export type FirstPerson = {
  readonly name: string
  readonly email: string
  readonly roles: readonly Role[]
}

/** Answers the API token. Throws `conflict` when anybody is registered: there is one first person. */
export async function registerFirstPerson(gateway: Gateway, person: FirstPerson): Promise<string> {
  const deps = gateway.parts.restParts
  const known = await deps.people.list(TENANT)
  if (known.length > 0) throw new Failure('conflict', 'people are registered here already')
  const by = { kind: 'system', part: 'first-start' } as const
  const { token } = await registerPerson(deps, { tenant: TENANT, by, ...person })
  return token
}
