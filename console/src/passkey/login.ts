/** Logging in with a passkey: the device offers the keys it holds for this place, and the key says who it is. */
import { startAuthentication } from '@simplewebauthn/browser'
import { send } from '../api/client.ts'
import { Problem } from '../api/problem.ts'

type Options = Parameters<typeof startAuthentication>[0]['optionsJSON']

/** Rejects with a `Problem` when no key answered or the gateway does not take it. */
export async function loginHere(): Promise<void> {
  const { options } = await send<{ options: Options }>('POST', '/api/v1/session/options')
  await send('POST', '/api/v1/session', { assertion: await answered(options) })
}

async function answered(optionsJSON: Options) {
  try {
    return await startAuthentication({ optionsJSON })
  } catch {
    throw new Problem({
      code: 'not_signed_in',
      status: 400,
      detail: 'No passkey answered.',
      next: 'Use the device that holds one, or a one-time link.',
    })
  }
}
