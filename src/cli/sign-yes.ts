/**
 * A yes that is signed, from a terminal. A terminal cannot reach a passkey, so the decision is made in the console
 * and waited for here. Only the people of the practice range have keys in files, and sign at once.
 */
import type { z } from 'zod'
import type { PracticeKey } from '../../range/practice-passkey.ts'
import type { assertion } from '../contract/passkeys.ts'
import { Failure } from '../kernel/failure.ts'
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

/** How often a person who is deciding elsewhere is looked for. */
const LOOK_INTERVAL_MS = 1_000

/** Waits until the request is decided. Throws `approval_denied`, `approval_cancelled`, `approval_expired`. */
export async function decidedInConsole(
  cli: Cli,
  gateway: GatewayClient,
  { id }: Approval,
): Promise<Approval> {
  cli.tell(
    `This yes is signed with a passkey, which a terminal cannot do. Decide it here:

  ${gateway.baseUrl}/approvals/${id}

\`countersign login\` prints a link if you are not logged in. Waiting for the decision; Ctrl-C leaves it open.`,
  )
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
