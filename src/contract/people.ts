/** People, their certificates and their shifts on the wire. */
import { z } from 'zod'
import { id, instantMs, label, receipt, role, text } from './words.ts'

export const person = z
  .object({
    id,
    name: z.string(),
    email: z.string(),
    roles: z.array(role),
    state: z.enum(['active', 'suspended']),
  })
  .meta({ id: 'Person' })

export const personList = z.object({ people: z.array(person) })

export const registerPersonBody = z.strictObject({
  name: text,
  email: text,
  roles: z.array(role).min(1),
})

export const registeredPerson = z.object({
  person,
  token: z.string().meta({ description: 'the API token, shown this once' }),
  receipts: z.array(receipt),
})

export const changePersonBody = z.strictObject({
  state: z.enum(['active', 'suspended']).optional(),
  roles: z.array(role).min(1).optional(),
})

export const changedPerson = z.object({ person, receipts: z.array(receipt) })

/** Which person an account of a chat is. */
export const linkChatBody = z.strictObject({ channel: label, account: label })
export const linkedChat = linkChatBody.extend({ receipts: z.array(receipt) })

export const certificate = z
  .object({
    id,
    person: id,
    action_class: z.string(),
    issuer: z.string(),
    expires_at_ms: instantMs,
  })
  .meta({ id: 'Certificate' })

export const certificateList = z.object({ certificates: z.array(certificate) })

export const putCertificateBody = z.strictObject({
  action_class: label,
  issuer: text,
  expires_at_ms: instantMs,
})

export const putCertificateAnswer = z.object({ certificate, receipts: z.array(receipt) })

export const shift = z
  .object({
    id,
    role,
    person: id,
    from_ms: instantMs,
    to_ms: instantMs,
    precedence: z.int(),
    source: z.string(),
  })
  .meta({ id: 'Shift' })

export const stopHolder = z
  .object({ person: id, role, until_ms: instantMs, source: z.string(), is_stale: z.boolean() })
  .meta({ id: 'StopHolder' })

export const onDuty = z.object({
  at_ms: instantMs,
  shifts: z.array(shift),
  /** Who is asked to halt things at that instant; anybody on the rota may. Absent: nobody could. */
  stop_holder: stopHolder.optional(),
})
export const onDutyQuery = z.strictObject({ at_ms: z.coerce.number().int().min(0).optional() })

export const putShiftBody = z.strictObject({
  role,
  person: id,
  from_ms: instantMs,
  to_ms: instantMs,
  precedence: z.int().min(0).optional(),
  source: label,
})

export const putShiftAnswer = z.object({ shift, receipts: z.array(receipt) })
