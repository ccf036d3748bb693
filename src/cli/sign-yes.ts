/**
 * A yes that is signed, from a terminal. A terminal cannot reach a passkey, so the decision is made in the console
 * and waited for here. Only the people of the practice range have keys in files, and sign at once.
 */
import type { z } from 'zod'
import type { PracticeKey } from '../../range/practice-passkey.ts'
import type { assertion } from '../contract/passkeys.ts'
import { loginLink } from '../contract/sessions.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import type { Cli } from './context.ts'
import { type Approval, fetchApproval } from './decision-package.ts'
import type { GatewayClient } from './gateway-client.ts'
import { readSecret } from './profile.ts'

type Assertion = z.output<typeof assertion>

/** The assertion of the practice passkey of whoever asks; undefined for everybody with a real one. */
export async function practiceSignature(
  cli: Cli,
  gateway: GatewayClient,
  digest: string,
): Promise<Assertion | undefined> {
  const file = cli.practicePasskey()
  if (file === undefined) return undefined
  const { assert, challengeOf, placeOf } = await import('../../range/practice-passkey.ts')
  const key = JSON.parse(readSecret(file)) as PracticeKey
  cli.tell('Signed with a practice passkey: a software key in a file.')
  return assert(key, challengeOf(digest), placeOf(gateway.baseUrl))
}

/**
 * Runs `send`; where the gateway wants a signature no file here can give, names the page of the console that asks
 * for one, with a link that logs its person in once, and answers `undefined`.
 */
export async function orInConsole<T>(
  cli: Cli,
  gateway: GatewayClient,
  page: string,
  send: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await send()
  } catch (error) {
    if (codeOf(error) !== 'passkey_required') throw error
    const { url } = await gateway.send('POST', '/api/v1/login-links', {}, loginLink)
    const link = new URL(url)
    link.searchParams.set('to', page)
    cli.tell(`This is signed with a passkey, which a terminal cannot do. Sign it in the console:

  ${gateway.baseUrl}${page}

Not logged in there? This link does it, once, within ten minutes, and opens the same page:

  ${link.href}
`)
    return undefined
  }
}

/** How often a person who is deciding elsewhere is looked for. */
const LOOK_INTERVAL_MS = 1_000

/** Waits until all are decided. Throws `approval_denied`, `approval_cancelled`, `approval_expired`. */
export async function decidedInConsole(
  cli: Cli,
  gateway: GatewayClient,
  ids: readonly string[],
): Promise<readonly Approval[]> {
  cli.tell('Waiting for the decision; Ctrl-C leaves it open.')
  const decided: Approval[] = []
  for (const id of ids) decided.push(await decidedOne(gateway, id))
  return decided
}

async function decidedOne(gateway: GatewayClient, id: string): Promise<Approval> {
  for (;;) {
    const request = await fetchApproval(gateway, id)
    if (request.state === 'approved') return request
    if (request.state === 'denied') throw new Failure('approval_denied', 'it was denied')
    if (request.state === 'expired' || request.expires_at_ms <= Date.now())
      throw new Failure('approval_expired', 'nobody decided in time')
    if (request.state === 'cancelled')
      throw new Failure('approval_cancelled', 'the request was withdrawn')
    await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS))
  }
}
