/** Logging in with a passkey: the key says who, so nothing else is asked. */
import type { Assertion, Passkey } from '../identity/passkey.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { OpenedSession } from './open-session.ts'
import { openSession, refuseLogin } from './open-session.ts'
import type { PasskeyDeps } from './passkey-parts.ts'

/** What the browser is asked. Writes nothing: anybody may ask. */
export function loginOptions(deps: PasskeyDeps): Promise<JsonObject> {
  return deps.webauthn.requestOptions(deps.challenges.issue('login', ''), [])
}

/** `tenant` is where a stranger's attempt is recorded. Throws `login_refused` whatever was wrong. */
export async function openSessionByPasskey(
  deps: PasskeyDeps,
  input: { readonly tenant: string; readonly assertion: Assertion },
): Promise<OpenedSession> {
  const passkey = await deps.passkeys.byCredential(input.assertion.id)
  if (passkey === undefined) return refuseLogin(deps, input.tenant, 'unknown')
  const { tenant, person: personId } = passkey
  if (passkey.state !== 'active') return refuseLogin(deps, tenant, passkey.state, personId)
  const person = await deps.people.byId(tenant, personId)
  if (person?.state !== 'active') return refuseLogin(deps, tenant, 'suspended', personId)
  try {
    return await openSession(deps, person, {
      method: 'passkey',
      isVouched: false,
      named: { passkey: passkey.id },
      spend: async (tx) => {
        const locked = await deps.passkeys.lock(tx, passkey.credential)
        if (locked?.state !== 'active') throw new Failure('signature_invalid', 'it is revoked')
        await spendLogin(deps, tx, locked, input.assertion)
      },
    })
  } catch (error) {
    if (codeOf(error) !== 'signature_invalid') throw error
    return refuseLogin(deps, tenant, 'signature', personId)
  }
}

async function spendLogin(
  deps: PasskeyDeps,
  tx: Parameters<PasskeyDeps['passkeys']['lock']>[0],
  passkey: Passkey,
  assertion: Assertion,
): Promise<void> {
  const isOurs = (answered: string) => deps.challenges.isOurs(answered, 'login', '')
  const { signCount, challenge } = await deps.webauthn.check(assertion, passkey, isOurs)
  if (!(await deps.passkeys.spendChallenge(tx, challenge, '', deps.nowMs())))
    throw new Failure('signature_invalid', 'the challenge was answered before')
  await deps.passkeys.setSignCount(tx, passkey, signCount)
}
