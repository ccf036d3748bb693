/**
 * The closed lists and small shapes of the wire. They repeat the words of the product's concepts because the
 * contract stands apart from them (console and CLI read only this); a test pins that both lists are equal.
 */
import { z } from 'zod'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'

export const role = z.enum([
  'analyst',
  'tier3-analyst',
  'shift-lead',
  'incident-commander',
  'identity-owner',
  'service-owner',
  'privacy-officer',
  'platform-engineer',
  'auditor',
])
export const agentMode = z.enum(['shadow', 'advisory', 'supervised', 'delegated'])
export const agentState = z.enum(['proposed', 'active', 'suspended', 'retired'])
export const purpose = z.enum(['investigate', 'respond', 'hunt', 'report'])
export const requestState = z.enum(['pending', 'approved', 'denied', 'expired', 'cancelled'])
export const toolKind = z.enum(['tool', 'resource', 'prompt'])
export const toolStatus = z.enum(['quarantined', 'approved', 'suspended'])
export const environment = z.enum(['production', 'staging', 'lab', 'unknown'])
export const stopScope = z.enum(['agent', 'tool', 'tenant', 'writes'])

/** One of our ids: UUIDv7 in lower case. */
export const id = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  .meta({ description: 'UUIDv7, lower case' })
/** `sha256:` and 64 lower case hex digits. */
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
/** Whole milliseconds since 1970-01-01T00:00:00Z. */
export const instantMs = z
  .int()
  .min(0)
  .meta({ description: 'milliseconds since 1970-01-01T00:00:00Z' })
export const label = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,79}$/)
export const text = z.string().min(1)
/** A JSON value as it is; what it may hold is for the reader of that value to say. */
export const json = z.unknown()
/**
 * A JSON object, handed on exactly as it was parsed. Not a record: copying member by member would lose one
 * named `__proto__`, and then what is decided would not be what was sent.
 */
export const jsonObject = z
  .unknown()
  .refine((value) => isObject(value as JsonValue), 'expected an object')
  .meta({ type: 'object' }) as unknown as z.ZodType<JsonObject>
export const publicJwk = jsonObject.meta({
  type: 'object',
  description: 'public JWK: EC P-256 or OKP Ed25519',
})

/** Proof that an entry is durable in the ledger. */
export const receipt = z.object({
  entry: id,
  type: z.string(),
  index: z.int().min(0),
  leaf_hash: z.string().regex(/^[0-9a-f]{64}$/),
})

export const idParams = z.strictObject({ id })
/** Our id or, for cases, the number in the ticket system. */
export const refParams = z.strictObject({ id: text })
