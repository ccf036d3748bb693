/** Passkeys on the wire: enrolling, vouching, and the assertion a decision carries. */
import { z } from 'zod'
import { digest, id, instantMs, jsonObject, receipt } from './words.ts'

const base64url = z
  .string()
  .regex(/^[\w-]+$/)
  .max(8_192)

/** What `credential.toJSON()` of a browser gives after `navigator.credentials.get`; other members are ignored. */
export const assertion = z
  .object({
    id: base64url.meta({ description: 'credential id' }),
    response: z.object({
      clientDataJSON: base64url,
      authenticatorData: base64url,
      signature: base64url,
    }),
  })
  .meta({ id: 'Assertion' })

export const passkey = z
  .object({
    id,
    person: id,
    name: z.string(),
    state: z.enum(['pending', 'active', 'revoked']),
    key: digest.meta({ description: 'of the public key; its beginning is what people compare' }),
    credential: z.string().meta({ description: 'credential id, base64url' }),
    algorithm: z.enum(['ES256', 'RS256']),
    aaguid: z.string(),
    device_bound: z.boolean().meta({ description: "the authenticator's word" }),
    enrolled_at_ms: instantMs,
    vouched_by: id.optional(),
    vouched_at_ms: instantMs.optional(),
    revoked_at_ms: instantMs.optional(),
  })
  .meta({ id: 'Passkey' })

export const passkeyQuery = z.strictObject({ person: id.optional() })
export const passkeyList = z.object({ passkeys: z.array(passkey) })

/** As `PublicKeyCredential.parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON` take them. */
export const passkeyOptions = z.object({ options: jsonObject })

export const enrolPasskeyBody = z.strictObject({
  name: z.string().min(1).max(80).meta({ description: 'what you call it' }),
  credential: jsonObject.meta({
    type: 'object',
    description: '`credential.toJSON()` after `navigator.credentials.create`',
  }),
})

export const vouchPasskeyBody = z.strictObject({
  key: digest.meta({ description: 'the key that was shown to you' }),
})

export const revokePasskeyBody = z.strictObject({
  reason: z.enum(['lost', 'stolen', 'replaced', 'not-theirs', 'left']),
})

export const changedPasskey = z.object({ passkey, receipts: z.array(receipt) })
