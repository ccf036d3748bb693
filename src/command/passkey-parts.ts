/** What the verbs on passkeys share. */
import type { Challenges, Passkey, PasskeyStore, WebAuthn } from '../identity/passkey.ts'
import { Failure } from '../kernel/failure.ts'
import type { SessionDeps } from './issue-login-link.ts'

export type PasskeyDeps = SessionDeps & {
  readonly passkeys: PasskeyStore
  readonly webauthn: WebAuthn
  readonly challenges: Challenges
  /** True: only keys that say they cannot leave their device. */
  readonly requireDeviceBound: boolean
}

export async function findPasskey(
  deps: Pick<PasskeyDeps, 'passkeys'>,
  tenant: string,
  id: string,
): Promise<Passkey> {
  const found = await deps.passkeys.byId(tenant, id)
  if (found === undefined) throw new Failure('not_found', 'no such passkey')
  return found
}

/** The key as it is now, its row locked until the transaction ends. */
export async function lockPasskey(
  deps: Pick<PasskeyDeps, 'passkeys'>,
  tx: Parameters<PasskeyStore['lock']>[0],
  known: Passkey,
): Promise<Passkey> {
  const locked = await deps.passkeys.lock(tx, known.credential)
  if (locked?.id !== known.id) throw new Failure('not_found', 'no such passkey')
  return locked
}
