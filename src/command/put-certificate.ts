/** Records that a person was trained for a class of action, by whom and until when (R128). */
import type { Certificate } from '../identity/person.ts'
import type { PersonStore } from '../identity/ports.ts'
import type { EntryDraft, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { CommandBase, Doer } from './base.ts'
import { actorOf, draft, jsonPayload } from './base.ts'
import { invalid, requireInstant, requireLabel, requireLine } from './input.ts'
import { requirePermission } from './permissions.ts'

export type PutCertificateInput = {
  readonly tenant: string
  readonly by: Doer
  readonly person: string
  /** An effect (`contain`) or an action (`contain:device`). */
  readonly actionClass: string
  readonly issuer: string
  readonly expiresAtMs: number
}

/**
 * Throws `not_permitted` (also for a certificate for oneself), `request_invalid` (expired already), `not_found`.
 */
export async function putCertificate(
  deps: CommandBase & { readonly people: PersonStore },
  input: PutCertificateInput,
): Promise<{ readonly certificate: Certificate; readonly receipt: Receipt }> {
  requirePermission(input.by, 'certificate.put')
  if (input.by.kind === 'person' && input.by.person.id === input.person) {
    throw new Failure('not_permitted', 'nobody certifies themselves')
  }
  const person = await deps.people.byId(input.tenant, input.person)
  if (person === undefined) throw new Failure('not_found', 'no such person in this tenant')
  const held: Certificate = {
    tenant: input.tenant,
    id: deps.nextId(),
    person: person.id,
    actionClass: requireLabel('action_class', input.actionClass),
    issuer: requireLine('issuer', input.issuer, 200),
    expiresAtMs: requireInstant('expires_at_ms', input.expiresAtMs),
  }
  if (held.expiresAtMs <= deps.nowMs()) throw invalid('the certificate has expired already')
  const committed = await deps.commit(input.tenant, async (tx) => {
    const entry = certificateDraft(deps, input.by, held)
    const certificate = { ...held, entry: entry.id }
    await deps.people.putCertificate(tx, certificate)
    return { value: certificate, entries: [entry] }
  })
  return { certificate: committed.value, receipt: committed.receipts[0] }
}

/** Says what eligibility rests on in the open, so that a changed row shows; who issued it is sealed. */
export function certificateDraft(
  deps: Pick<CommandBase, 'nextId' | 'nowMs'>,
  by: Doer,
  { id, person, actionClass, issuer, expiresAtMs }: Certificate,
): EntryDraft {
  const told = { action_class: actionClass, issuer, expires_at_ms: expiresAtMs }
  return draft(deps, 'person.changed', actorOf(by), {
    data: { person, certificate: id, class: actionClass, expires: expiresAtMs },
    payloads: { certificate: jsonPayload(told, 'personal') },
  })
}
