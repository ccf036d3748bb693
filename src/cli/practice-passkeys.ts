/**
 * The people of the practice range hold practice passkeys: software keys in files beside the demo's data, enrolled
 * and vouched for through the same interfaces as real ones. Whoever can read the files can sign as these people,
 * which is why nobody else gets keys like that.
 */
import { existsSync } from 'node:fs'
import type { z } from 'zod'
import { enrol, makePracticeKey, placeOf } from '../../range/practice-passkey.ts'
import { changedPasskey, passkeyOptions } from '../contract/passkeys.ts'
import { loginLink } from '../contract/sessions.ts'
import type { GatewayClient } from './gateway-client.ts'
import { openConsole, openGateway } from './gateway-client.ts'
import { pathBeside, readProfile, tokenOf, writePasskey } from './profile.ts'

const NAME = 'practice passkey (software)'

export type Holder = { readonly seedId: string; readonly personId: string }

/**
 * Gives each holder who has none a key. `engineer` lets them in; the first holder vouches for the others and the
 * second for the first, because neither they nor the engineer may.
 */
export async function givePracticePasskeys(
  engineer: GatewayClient,
  profile: string,
  holders: readonly Holder[],
): Promise<void> {
  const [first, second] = holders
  for (const holder of holders) {
    const known = readProfile(profile)
    const file = known?.people[holder.seedId]?.passkey_file
    if (known === undefined || (file !== undefined && existsSync(pathBeside(profile, file))))
      continue
    const voucher = holder.seedId === first?.seedId ? second : first
    const passkey = await enrolOne(engineer, profile, holder)
    const by = openGateway(engineer.baseUrl, tokenOf(profile, known, voucher?.seedId ?? ''))
    const path = `/api/v1/passkeys/${passkey.id}/vouch`
    await by.send('POST', path, { key: passkey.key }, changedPasskey)
  }
}

async function enrolOne(
  engineer: GatewayClient,
  profile: string,
  { seedId, personId }: Holder,
): Promise<z.output<typeof changedPasskey>['passkey']> {
  const { baseUrl } = engineer
  const { url } = await engineer.send(
    'POST',
    '/api/v1/login-links',
    { person: personId },
    loginLink,
  )
  const console = await openConsole(baseUrl, url.split('#')[1] ?? '')
  const { options } = await console.send(
    'POST',
    '/api/v1/passkeys/options',
    undefined,
    passkeyOptions,
  )
  const key = makePracticeKey()
  const credential = enrol(key, String(options.challenge), placeOf(baseUrl))
  const body = { name: NAME, credential }
  const { passkey } = await console.send('POST', '/api/v1/passkeys', body, changedPasskey)
  await console.download('DELETE', '/api/v1/session')
  writePasskey(profile, seedId, JSON.stringify(key))
  return passkey
}
