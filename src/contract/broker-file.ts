/** Backends that lend credentials, and which tools are called with what they lend, as the operator writes it. */
import { z } from 'zod'
import { backendFiles } from './backend-file.ts'

const id = z
  .string()
  .regex(/^[a-z0-9-]{1,20}$/)
  .describe('Its name here; rules and the record name it so.')
const secretName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/)

const sealed = z.strictObject({
  id,
  kind: z.literal('sealed'),
  secret: secretName.describe(
    'A secret kept here, by the name it was given with `countersign secret put`. Lives until it is changed at the tool, and is broader than any one call.',
  ),
})

/** One member for each kind of backend. */
export const brokerFile = z.discriminatedUnion('kind', [sealed, ...backendFiles])

const field = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/)
const headerName = z.string().regex(/^[A-Za-z0-9-]{1,60}$/)
const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,60}$/)

const place = z.union([
  z.strictObject({ bearer: field.describe('The field sent as `Authorization: Bearer`.') }),
  z.strictObject({
    basic: z
      .strictObject({ user: field, password: field })
      .describe('The fields sent as `Authorization: Basic`.'),
  }),
  z.strictObject({
    headers: z.record(headerName, field).describe('HTTP header to the field it carries.'),
  }),
  z.strictObject({
    environment: z
      .record(variableName, field)
      .describe(
        'Variable of the child process to the field it holds. Each call has a child of its own.',
      ),
  }),
])

/** Five minutes cover a slow tool and what waits before it. */
const DEFAULT_SECONDS = 300

export const lendingFile = z.strictObject({
  tools: z
    .array(z.string().min(1))
    .min(1)
    .default(['*'])
    .describe(
      'Tools by the names their server gives them; `*` means all. The first rule that names a tool holds.',
    ),
  broker: z.string().describe('The `id` of a broker above.'),
  place: place.describe('Where what is lent goes on its way to the tool server.'),
  max_seconds: z
    .int()
    .min(1)
    .max(86_400)
    .default(DEFAULT_SECONDS)
    .describe(
      'How long a credential lives at most, however long task and backend would allow. Five minutes cover a slow tool and what waits before it.',
    ),
})
