/**
 * Secret bytes between a broker and the tool server. What is sealed in shows nothing: printed, logged, spread or
 * turned into JSON it is empty. Only adapters and `placed` may look inside; the architecture test says so.
 */
import { Failure } from '../kernel/failure.ts'
import type { LeaseSecret, Placement } from './placement.ts'

declare const material: unique symbol
export type SecretMaterial = { readonly [material]: true }

/** Field to secret, e.g. `{ username, password }` or `{ token }`. */
export type SecretFields = Readonly<Record<string, string>>

const inside = new WeakMap<SecretMaterial, SecretFields>()

export function sealIn(fields: SecretFields): SecretMaterial {
  const made = Object.freeze({}) as SecretMaterial
  inside.set(made, Object.freeze({ ...fields }))
  return made
}

/** Throws `internal` for what was not sealed here. */
export function fieldsOf(sealed: SecretMaterial): SecretFields {
  const fields = inside.get(sealed)
  if (fields === undefined) throw new Failure('internal', 'the secret was not sealed here')
  return fields
}

/** The only place where secret bytes take the form a tool server is given. Throws `broker_refused` when the broker gave no such field. */
export function placed(sealed: SecretMaterial, placement: Placement): LeaseSecret {
  const fields = fieldsOf(sealed)
  const field = (name: string): string => {
    const value = fields[name]
    if (value === undefined) throw new Failure('broker_refused', `it lends no field "${name}"`)
    return value
  }
  const all = (names: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(names).map(([place, name]) => [place, field(name)]))
  switch (placement.kind) {
    case 'bearer':
      return { kind: 'bearer', value: { token: field(placement.field) } }
    case 'basic': {
      const value = { user: field(placement.user), password: field(placement.password) }
      return { kind: 'basic', value }
    }
    case 'headers':
      return { kind: 'headers', value: all(placement.headers) }
    case 'environment':
      return { kind: 'environment', value: all(placement.variables) }
  }
}
