/** A way to reach people, as the operator writes it in the configuration file. */
import { z } from 'zod'
import { isThisMachine, encryptedUrl as url } from './address.ts'
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

const webhook = z.strictObject({
  ...ofEveryChannel,
  kind: z.literal('webhook'),
  url: url.describe('Where messages are posted.'),
  secret_file: z.string().describe('File with the signing secret: `whsec_` and the key in base64.'),
})

const email = z
  .strictObject({
    ...ofEveryChannel,
    kind: z.literal('email'),
    host: z.string().min(1).describe('The mail server.'),
    port: z.int().min(1).max(65_535).default(587).describe('Its port.'),
    security: z
      .enum(['starttls', 'tls', 'none'])
      .default('starttls')
      .describe('`tls` from the first byte (port 465); `none` only to this machine.'),
    from: z.email().describe('The sender.'),
    user: z.string().optional().describe('Who logs in; nobody unless given.'),
    password_file: z.string().optional().describe('File with the password.'),
    ca_file: z.string().optional().describe('PEM of an authority of your own.'),
  })
  .refine(
    ({ security, host }) => security !== 'none' || isThisMachine(host),
    'mail leaves this machine only with starttls or tls',
  )
  .refine(
    ({ user, password_file: file }) => (user === undefined) === (file === undefined),
    'user and password_file go together',
  )

const slack = z
  .strictObject({
    ...ofEveryChannel,
    kind: z.literal('slack'),
    webhook_url_file: z
      .string()
      .optional()
      .describe('File with the address of an incoming webhook; or `bot_token_file`.'),
    bot_token_file: z.string().optional().describe('File with a bot token that may `chat:write`.'),
    channel: z
      .string()
      .regex(/^[A-Z0-9]{1,20}$/, 'is an id such as C012AB3CD, not a name')
      .optional()
      .describe(
        'With a bot: the id of the channel; without it, each person whose account is linked.',
      ),
    signing_secret_file: z
      .string()
      .optional()
      .describe('File with the signing secret of the app; messages then carry buttons.'),
    api_url: url.default('https://slack.com/api').describe('Where its methods are called.'),
  })
  .refine(
    (given) => (given.webhook_url_file === undefined) !== (given.bot_token_file === undefined),
    'needs webhook_url_file or bot_token_file',
  )
  .refine(
    (given) => given.channel === undefined || given.bot_token_file !== undefined,
    'channel needs bot_token_file',
  )

const teams = z.strictObject({
  ...ofEveryChannel,
  kind: z.literal('teams'),
  webhook_url_file: z.string().describe('File with the address of a Workflows webhook.'),
})

export const channelFile = z.discriminatedUnion('kind', [webhook, email, slack, teams])
export const channelFiles = z
  .array(channelFile)
  .refine((all) => new Set(all.map((each) => each.id)).size === all.length, 'two have the same id')
