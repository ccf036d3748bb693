/** The token endpoint on the wire: the form of RFC 8693 section 2.1 and its answers. */
import { z } from 'zod'

const repeatable = z.union([z.string(), z.array(z.string())]).optional()

/** Other parameters are ignored, as RFC 6749 section 3.2 wants. */
export const tokenForm = z
  .looseObject({
    grant_type: z
      .string()
      .optional()
      .meta({ description: 'urn:ietf:params:oauth:grant-type:token-exchange' }),
    actor_token: z.string().optional().meta({ description: 'the workload JWT' }),
    actor_token_type: z.string().optional(),
    subject_token: z.string().optional().meta({ description: 'the same workload JWT' }),
    subject_token_type: z.string().optional(),
    requested_token_type: z.string().optional(),
    authorization_details: z
      .string()
      .optional()
      .meta({ description: 'JSON: one countersign_task (RFC 9396)' }),
    resource: repeatable,
    audience: repeatable,
  })
  .meta({ id: 'TokenForm' })

export type TokenForm = z.output<typeof tokenForm>

export const tokenAnswer = z.object({
  access_token: z.string(),
  issued_token_type: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
  authorization_details: z.array(z.looseObject({})),
})

export const tokenError = z.looseObject({
  error: z.string(),
  error_description: z.string(),
  countersign_code: z.string(),
})
