/** Passkeys: enrol one's own, vouch for somebody else's, revoke. */
import type { z } from 'zod'
import { enrolOptions, enrolPasskey } from '../../command/enrol-passkey.ts'
import { revokePasskey } from '../../command/revoke-passkey.ts'
import { vouchPasskey } from '../../command/vouch-passkey.ts'
import type { assertion as assertionSchema, passkey } from '../../contract/passkeys.ts'
import {
  changedPasskey,
  enrolPasskeyBody,
  passkeyList,
  passkeyOptions,
  passkeyQuery,
  revokePasskeyBody,
  vouchPasskeyBody,
} from '../../contract/passkeys.ts'
import { idParams } from '../../contract/words.ts'
import type { Assertion, Passkey } from '../../identity/passkey.ts'
import type { App } from './app.ts'
import { answers, creates } from './app.ts'
import { consoleSessionOf, doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { receiptsWire } from './wire.ts'

const TAGS = ['passkeys']

export function passkeyRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/passkeys',
    { schema: { tags: TAGS, querystring: passkeyQuery, response: answers(passkeyList) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      const found = await deps.passkeys.list(tenant, request.query.person)
      return { passkeys: found.map(passkeyWire) }
    },
  )
  app.post(
    '/api/v1/passkeys/options',
    { schema: { tags: TAGS, response: answers(passkeyOptions) } },
    async (request) => {
      const { person } = doerOf(request)
      return { options: await enrolOptions(deps, { person, session: consoleSessionOf(request) }) }
    },
  )
  app.post(
    '/api/v1/passkeys',
    { schema: { tags: TAGS, body: enrolPasskeyBody, response: creates(changedPasskey) } },
    async (request, reply) => {
      const { person } = doerOf(request)
      const { name, credential: registration } = request.body
      const session = consoleSessionOf(request)
      const made = await enrolPasskey(deps, { person, session, name, registration })
      return reply.code(201).send(changedWire(made))
    },
  )
  app.post(
    '/api/v1/passkeys/:id/vouch',
    {
      schema: {
        tags: TAGS,
        params: idParams,
        body: vouchPasskeyBody,
        response: answers(changedPasskey),
      },
    },
    async (request) => {
      const passkeyId = request.params.id
      const seenKey = request.body.key
      return changedWire(await vouchPasskey(deps, { by: doerOf(request), passkeyId, seenKey }))
    },
  )
  app.post(
    '/api/v1/passkeys/:id/revoke',
    {
      schema: {
        tags: TAGS,
        params: idParams,
        body: revokePasskeyBody,
        response: answers(changedPasskey),
      },
    },
    async (request) => {
      const passkeyId = request.params.id
      const { reason } = request.body
      return changedWire(await revokePasskey(deps, { by: doerOf(request), passkeyId, reason }))
    },
  )
}

function changedWire(made: Awaited<ReturnType<typeof enrolPasskey>>) {
  return { passkey: passkeyWire(made.passkey), receipts: receiptsWire([made.receipt]) }
}

export function passkeyWire(record: Passkey): z.output<typeof passkey> {
  const { id, person, name, state, credential, aaguid } = record
  return {
    id,
    person,
    name,
    state,
    credential,
    aaguid,
    key: record.keyDigest,
    algorithm: record.algorithm === -7 ? 'ES256' : 'RS256',
    device_bound: record.isDeviceBound,
    enrolled_at_ms: record.enrolledAtMs,
    vouched_by: record.vouchedBy,
    vouched_at_ms: record.vouchedAtMs,
    revoked_at_ms: record.revokedAtMs,
  }
}

export function assertionOf(wire: z.output<typeof assertionSchema>): Assertion {
  return { id: wire.id, ...wire.response }
}
