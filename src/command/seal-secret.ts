/**
 * Secrets the operator keeps here for tools that have no broker. The record says who put which one when, and the
 * names of what is inside; the values are in no entry, no payload and no answer.
 */
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { SealedSecret, SecretStore } from '../lease/secrets.ts'
import { actorOf, type CommandBase, type Doer, draft } from './base.ts'
import { requirePermission } from './permissions.ts'

export type SecretDeps = CommandBase & { readonly secrets: SecretStore }

export type SealInput = {
  readonly tenant: string
  readonly by: Doer
  readonly name: string
  readonly fields: Readonly<Record<string, string>>
}

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/
const FIELD = /^[a-z][a-z0-9_]{0,39}$/
/** A PEM key with its chain is below; nothing larger is a secret. */
const MAX_VALUE = 32 * 1024
const MAX_FIELDS = 10

/** Throws `not_permitted`, `request_invalid`. No message repeats a value. */
export async function sealSecret(
  deps: SecretDeps,
  { tenant, by, name, fields }: SealInput,
): Promise<{ readonly secret: SealedSecret; readonly receipt: Receipt }> {
  requirePermission(by, 'secret.put')
  checkFields(name, fields)
  const actor = actorOf(by)
  const secret: SealedSecret = {
    ...{ tenant, name, fields: Object.keys(fields).sort() },
    sealedBy: actor.id,
    sealedAtMs: deps.nowMs(),
  }
  const { receipts } = await deps.commit(tenant, async (tx) => {
    await deps.secrets.put(tx, secret, fields)
    const data = { secret: name, fields: secret.fields }
    return { value: undefined, entries: [draft(deps, 'secret.sealed', actor, { data })] }
  })
  return { secret, receipt: receipts[0] }
}

/** Throws `not_permitted`, `not_found`. */
export async function removeSecret(
  deps: SecretDeps,
  { tenant, by, name }: Omit<SealInput, 'fields'>,
): Promise<{ readonly receipt: Receipt }> {
  requirePermission(by, 'secret.put')
  const { receipts } = await deps.commit(tenant, async (tx) => {
    if (!(await deps.secrets.remove(tx, name))) {
      throw new Failure('not_found', 'there is no secret of this name')
    }
    const data = { secret: name }
    return { value: undefined, entries: [draft(deps, 'secret.removed', actorOf(by), { data })] }
  })
  return { receipt: receipts[0] }
}

function checkFields(name: string, fields: Readonly<Record<string, string>>): void {
  const wrong = (what: string) => new Failure('request_invalid', what)
  const names = Object.keys(fields)
  if (!NAME.test(name)) throw wrong('a name has 1 to 40 of a-z, 0-9 and -')
  if (names.length === 0 || names.length > MAX_FIELDS) {
    throw wrong(`a secret has 1 to ${MAX_FIELDS} fields`)
  }
  if (!names.every((field) => FIELD.test(field))) {
    throw wrong('a field is named with a-z, 0-9 and _')
  }
  if (!Object.values(fields).every((value) => value !== '' && value.length <= MAX_VALUE)) {
    throw wrong(`a value has 1 to ${MAX_VALUE} characters`)
  }
}
