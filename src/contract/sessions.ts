/** Logging into the console, and who is logged in. */
import { z } from 'zod'
import { assertion, passkey } from './passkeys.ts'
import { person } from './people.ts'
import { id, instantMs, receipt, role } from './words.ts'

export const loginLinkBody = z
  .strictObject({
    person: id
      .optional()
      .meta({ description: 'yourself unless given; others: platform engineers' }),
  })
  .optional()

export const loginLink = z
  .object({
    id,
    person: id,
    url: z.url().meta({ description: 'opens the login page; good once' }),
    expires_at_ms: instantMs,
    receipts: z.array(receipt),
  })
  .meta({ id: 'LoginLink' })

export const loginMethod = z.enum(['link', 'passkey', 'oidc'])

export const session = z
  .object({
    id,
    method: loginMethod,
    opened_at_ms: instantMs,
    seen_at_ms: instantMs,
    expires_at_ms: instantMs,
    is_current: z.boolean(),
    may_enrol: z.boolean().meta({ description: 'whether it may put a passkey on record now' }),
  })
  .meta({ id: 'Session' })

export const openSessionBody = z.union([
  z.strictObject({
    link: z.string().min(1).max(200).meta({ description: 'what follows the # of a login link' }),
  }),
  z.strictObject({ assertion }),
])

export const openedSession = z.object({ person, session, receipts: z.array(receipt) })
export const sessionList = z.object({ sessions: z.array(session) })
export const closedSession = z.object({ receipts: z.array(receipt) })

/** Who asks, what they may do, and since when they are on duty. */
export const me = person
  .extend({
    tenant: z.string(),
    duty: z.array(z.object({ role, from_ms: instantMs, to_ms: instantMs })),
    permissions: z.array(z.string()),
    passkeys: z.array(passkey),
    session: session.optional(),
  })
  .meta({ id: 'Me' })
