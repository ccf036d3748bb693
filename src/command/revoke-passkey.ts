/** A key stops counting at once: lost, stolen, or not vouched for. Its person may, and so may whoever leads. */
import type { Passkey } from '../identity/passkey.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { Doer } from './base.ts'
import { actorOf, draft } from './base.ts'
import { findPasskey, lockPasskey, type PasskeyDeps } from './passkey-parts.ts'
import { requirePermission } from './permissions.ts'

export const REVOKE_REASONS = ['lost', 'stolen', 'replaced', 'not-theirs', 'left'] as const

export type RevokeInput = {
  readonly by: Extract<Doer, { kind: 'person' }>
  readonly passkeyId: string
  readonly reason: (typeof REVOKE_REASONS)[number]
}

/** Throws `not_found`, `not_permitted`, `passkey_not_active` (it is revoked). */
export async function revokePasskey(
  deps: Pick<PasskeyDeps, 'commit' | 'nowMs' | 'nextId' | 'passkeys'>,
  { by, passkeyId, reason }: RevokeInput,
): Promise<{ readonly passkey: Passkey; readonly receipt: Receipt }> {
  const { tenant, id } = by.person
  const found = await findPasskey(deps, tenant, passkeyId)
  requirePermission(by, found.person === id ? 'decide' : 'passkey.revoke')
  const { value, receipts } = await deps.commit(tenant, async (tx) => {
    const locked = await lockPasskey(deps, tx, found)
    if (locked.state === 'revoked')
      throw new Failure('passkey_not_active', 'the key is revoked already')
    const entry = draft(deps, 'passkey.revoked', actorOf(by), {
      data: { passkey: locked.id, person: locked.person, reason },
    })
    const passkey: Passkey = { ...locked, state: 'revoked', revokedAtMs: entry.atMs }
    await deps.passkeys.put(tx, passkey)
    return { value: passkey, entries: [entry] }
  })
  return { passkey: value, receipt: receipts[0] }
}
