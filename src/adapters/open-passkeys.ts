/** Everything about passkeys that is computed rather than stored, for one address of the gateway. */
import type { Challenges, WebAuthn } from '../identity/passkey.ts'
import type { Clock } from '../kernel/clock.ts'
import { createChallenges } from './challenge.ts'
import { createWebAuthn } from './webauthn.ts'

export type PasskeySpec = {
  readonly baseUrl: string
  readonly requireDeviceBoundPasskeys?: boolean
}

export function openPasskeys(
  { baseUrl, requireDeviceBoundPasskeys }: PasskeySpec,
  challengeKey: Uint8Array,
  clock: Clock,
): {
  readonly webauthn: WebAuthn
  readonly challenges: Challenges
  readonly requireDeviceBound: boolean
} {
  return {
    webauthn: createWebAuthn(baseUrl),
    challenges: createChallenges(challengeKey, clock),
    requireDeviceBound: requireDeviceBoundPasskeys ?? false,
  }
}
