/**
 * A second person says that a pending key is its person's: they asked, and compared the key. Neither the person
 * nor whoever let them in to enrol it can be that second person, or one person could do it all.
 */
import type { Passkey } from '../identity/passkey.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { Doer } from './base.ts'
import { actorOf, draft } from './base.ts'
import { findPasskey, lockPasskey, type PasskeyDeps } from './passkey-parts.ts'
import { requirePermission } from './permissions.ts'

export type VouchInput = {
  readonly by: Extract<Doer, { kind: 'person' }>
  readonly passkeyId: string
  /** Digest of the key the voucher was shown; another one is `seen_digest_mismatch`. */
  readonly seenKey: Digest
}

/** Throws `not_found`, `not_permitted`, `seen_digest_mismatch`, `passkey_not_active` (it does not wait). */
export async function vouchPasskey(
  deps: Pick<PasskeyDeps, 'commit' | 'nowMs' | 'nextId' | 'passkeys'>,
  input: VouchInput,
): Promise<{ readonly passkey: Passkey; readonly receipt: Receipt }> {
  requirePermission(input.by, 'passkey.vouch')
  const { tenant, id: voucher } = input.by.person
  const found = await findPasskey(deps, tenant, input.passkeyId)
  const { value, receipts } = await deps.commit(tenant, async (tx) => {
    const locked = await lockPasskey(deps, tx, found)
    refuseUnless(locked, voucher, input.seenKey)
    const entry = draft(deps, 'passkey.vouched', actorOf(input.by), {
      data: { passkey: locked.id, person: locked.person, key: locked.keyDigest },
    })
    const passkey: Passkey = {
      ...locked,
      state: 'active',
      vouchedBy: voucher,
      vouchedAtMs: entry.atMs,
      vouchedEntry: entry.id,
    }
    await deps.passkeys.put(tx, passkey)
    return { value: passkey, entries: [entry] }
  })
  return { passkey: value, receipt: receipts[0] }
}

function refuseUnless(passkey: Passkey, voucher: string, seenKey: Digest): void {
  if (passkey.person === voucher)
    throw new Failure('not_permitted', 'nobody vouches for their own key')
  if (passkey.introducedBy === voucher)
    throw new Failure('not_permitted', 'who let the person in to enrol the key cannot vouch for it')
  if (passkey.state !== 'pending')
    throw new Failure('passkey_not_active', `the key is ${passkey.state}, nothing is to vouch for`)
  if (passkey.keyDigest !== seenKey)
    throw new Failure('seen_digest_mismatch', 'this is not the key you were shown')
}
