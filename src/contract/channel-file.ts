/** A way to reach people, as the operator writes it in the configuration file. */
import { z } from 'zod'
import { role } from './words.ts'

const id = z
  .string()
  .regex(/^[a-z0-9-]{1,20}$/)
  .describe('Its name here; the record says by it which channel was used.')
const takes = z
  .enum(['everything', 'pages'])
  .default('everything')
  .describe('`pages`: only what somebody has to look at now.')
const roles = z
  .array(role)
  .default([])
  .describe('Only what concerns people of these roles; everybody unless named.')
const ofEveryChannel = { id, takes, roles }

/** What goes over the open network is encrypted; only this machine may be spoken to in clear. */
const LOCAL = ['localhost', '127.0.0.1', '[::1]']
const url = z
  .url({ protocol: /^https?$/ })
  .refine(
    (text) => text.startsWith('https:') || LOCAL.includes(new URL(text).hostname),
    'must be https, except to this machine',
  )

const webhook = z.strictObject({
  ...ofEveryChannel,
  kind: z.literal('webhook'),
  url: url.describe('Where messages are posted.'),
  secret_file: z.string().describe('File with the signing secret: `whsec_` and the key in base64.'),
})

export const channelFile = z.discriminatedUnion('kind', [webhook])
