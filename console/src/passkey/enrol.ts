/** Making a passkey on the device a person sits at. The gateway asks, the device makes it, the gateway records it. */
import type { startRegistration } from '@simplewebauthn/browser'
import { send } from '../api/client.ts'
import { Problem } from '../api/problem.ts'
import type { Passkey } from '../api/wire.ts'

type Options = Parameters<typeof startRegistration>[0]['optionsJSON']
type Credential = Awaited<ReturnType<typeof startRegistration>>

/** Rejects with a `Problem` when the gateway refuses, the person closes the dialog or the device has a key already. */
export async function enrolHere(name: string): Promise<Passkey> {
  const { options } = await send<{ options: Options }>('POST', '/api/v1/passkeys/options')
  const credential = await makeKey(options)
  const body = { name, credential }
  return (await send<{ passkey: Passkey }>('POST', '/api/v1/passkeys', body)).passkey
}

async function makeKey(optionsJSON: Options): Promise<Credential> {
  const device = await import('@simplewebauthn/browser')
  try {
    return await device.startRegistration({ optionsJSON })
  } catch (error) {
    const isKnown = error instanceof Error && error.name === 'InvalidStateError'
    throw new Problem({
      code: 'not_enrolled',
      status: 400,
      detail: isKnown ? 'This device already holds a key of yours.' : 'No passkey was made.',
      next: isKnown ? 'Use another device, or revoke the old key first.' : 'Nothing was recorded.',
    })
  }
}
