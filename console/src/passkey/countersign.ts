/**
 * A person's countersignature: their passkey signs the 32 bytes of the digest they saw, on a device they unlock.
 * The browser shows its own dialog; this code sees neither key nor fingerprint.
 */
import type { startAuthentication } from '@simplewebauthn/browser'
import { Problem } from '../api/problem.ts'
import type { Passkey } from '../api/wire.ts'

type Assertion = Awaited<ReturnType<typeof startAuthentication>>

/** Rejects with a `Problem` when the person closes the dialog or the device has no such key. */
export async function countersign(
  digest: string,
  passkeys: readonly Passkey[],
): Promise<Assertion> {
  // Comes when it is needed: reading a request does not wait for what signs it.
  const device = await import('@simplewebauthn/browser')
  try {
    return await device.startAuthentication({
      optionsJSON: {
        challenge: challengeOf(digest),
        rpId: globalThis.location.hostname,
        allowCredentials: passkeys.map(({ credential }) => ({
          id: credential,
          type: 'public-key',
        })),
        userVerification: 'required',
      },
    })
  } catch {
    throw new Problem({
      code: 'not_countersigned',
      status: 400,
      detail: 'The passkey did not sign.',
      next: 'Try again on a device that holds it; nothing was decided.',
    })
  }
}

/** The bytes of `sha256:<hex>` as base64url. */
function challengeOf(digest: string): string {
  const hex = digest.replace(/^sha256:/, '')
  const bytes = hex.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? []
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}
