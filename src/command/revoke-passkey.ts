/**
 * A key stops counting at once: lost, stolen, or not vouched for. Its person may, and so may whoever leads. What it
 * signed and has not run ends in the same commit; what another key of the same person signed stands.
 */
import type { Passkey } from '../identity/passkey.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { Doer } from './base.ts'
import { actorOf, commitUnchanged, draft } from './base.ts'
import type { EndSigned } from './end-signed.ts'
import { findPasskey, lockPasskey, type PasskeyDeps } from './passkey-parts.ts'
import { requirePermission } from './permissions.ts'

export const REVOKE_REASONS = ['lost', 'stolen', 'replaced', 'not-theirs', 'left'] as const

export type RevokeInput = {
  readonly by: Extract<Doer, { kind: 'person' }>
  readonly passkeyId: string
  readonly reason: (typeof REVOKE_REASONS)[number]
}

type RevokeDeps = Pick<PasskeyDeps, 'commit' | 'revisions' | 'nowMs' | 'nextId' | 'passkeys'> & {
  readonly endSigned: EndSigned
}

/** Throws `not_found`, `not_permitted`, `passkey_not_active` (it is revoked). */
export async function revokePasskey(
  deps: RevokeDeps,
  { by, passkeyId, reason }: RevokeInput,
): Promise<{ readonly passkey: Passkey; readonly receipt: Receipt }> {
  const { tenant, id } = by.person
  const found = await findPasskey(deps, tenant, passkeyId)
  requirePermission(by, found.person === id ? 'decide' : 'passkey.revoke')
  const { person } = found
  const reasoned = { reason: 'passkey_revoked', passkey: found.id } as const
  const ending = { tenant, person, actor: actorOf(by), ...reasoned }
  const { value, receipts } = await commitUnchanged(
    deps,
    tenant,
    [`person/${person}`],
    async () => {
      const end = await deps.endSigned(ending)
      return async (tx) => {
        const locked = await lockPasskey(deps, tx, found)
        if (locked.state === 'revoked')
          throw new Failure('passkey_not_active', 'the key is revoked already')
        const data = { passkey: locked.id, person, reason }
        const entry = draft(deps, 'passkey.revoked', actorOf(by), { data })
        const passkey: Passkey = { ...locked, state: 'revoked', revokedAtMs: entry.atMs }
        await deps.passkeys.put(tx, passkey)
        // A key nobody vouched for signed nothing.
        const ended = locked.state === 'active' ? await end(tx) : []
        return { value: passkey, entries: [entry, ...ended] }
      }
    },
  )
  return { passkey: value, receipt: receipts[0] }
}
