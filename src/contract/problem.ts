/** Every error of the API: RFC 9457 with our code and the one step that helps. */
import { z } from 'zod'

export const problem = z
  .object({
    type: z.url().meta({ description: 'where the code is explained' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().meta({ description: 'names this one occurrence, also in the log' }),
    code: z.string(),
    next: z.string().meta({ description: 'the one step that helps' }),
  })
  .catchall(z.unknown())
  .meta({ id: 'Problem' })

export type Problem = z.infer<typeof problem>

/** What a code means; served where a problem's `type` points. */
export const problemPage = z.object({
  code: z.string(),
  title: z.string(),
  status: z.int(),
  who: z.enum(['caller', 'agent', 'person', 'operator', 'peer', 'us']),
  next: z.string(),
})
