/** Backends that make a credential for each call, as the operator writes them: docs/guides/brokers.md. */
import { z } from 'zod'
import { encryptedUrl, isThisMachine } from './address.ts'

const id = z
  .string()
  .regex(/^[a-z0-9-]{1,20}$/)
  .describe(
    'Its name here. What is made at the backend bears it; no two installations share one there.',
  )
const file = (about: string) => z.string().min(1).describe(about)
const some = (about: string) => z.tuple([z.string().min(1)], z.string().min(1)).describe(about)

/** AWS gives no session for less than a quarter of an hour. */
const maxSeconds = z
  .int()
  .min(10)
  .max(43_200)
  .default(900)
  .describe(
    'How long it lends at most, however long the backend would. A quarter of an hour covers a slow tool.',
  )

const tools = some(
  'Tools these terms are for, as agents see them (`<upstream>__<tool>`); one that ends in `*` means all that begin so. The first terms that name a tool hold; a tool without terms is lent nothing.',
)
const termsOf = <S extends z.core.$ZodLooseShape>(shape: S) =>
  z
    .array(z.strictObject({ tools, ...shape }))
    .min(1)
    .describe('What is lent for which tool. `{kind}` stands for the one target of that kind.')
const common = { id, max_seconds: maxSeconds }

const postgres = z
  .strictObject({
    ...common,
    kind: z.literal('postgres'),
    host: z.string().min(1).describe('The database server.'),
    port: z.int().min(1).max(65_535).default(5432).describe('Its port.'),
    database: z.string().min(1).describe('The database.'),
    user: z.string().min(1).describe('Who makes roles there: `CREATEROLE`, not a superuser.'),
    password_file: file('File with the password.'),
    security: z.enum(['tls', 'none']).default('tls').describe('`none` only to this machine.'),
    ca_file: file('PEM of an authority of your own.').optional(),
    terms: termsOf({
      roles: some('Roles that hold the grants the tool needs, and cannot log in.'),
    }),
  })
  .refine(
    ({ security, host }) => security !== 'none' || isThisMachine(host),
    'a database on another machine is reached with tls',
  )

const ssh = z.strictObject({
  ...common,
  kind: z.literal('ssh'),
  authority_file: file('Private key of the user certificate authority; its `.pub` lies beside it.'),
  sources: some('Addresses and networks of the tool servers; certificates hold from there only.'),
  revocation: z
    .strictObject({
      file: file('Key revocation list that hosts read (`RevokedKeys`).'),
      reaches_seconds: z
        .int()
        .min(0)
        .describe(
          'How long a change takes to reach the last host; 0 where they read this very file.',
        ),
    })
    .optional()
    .describe('Without it a certificate ends with its time and not before.'),
  terms: termsOf({
    principal: z.string().min(1).describe('Whom the host lets in by the certificate.'),
    command: z.string().min(1).describe('All that can be run with it.'),
  }),
})

const vault = z.strictObject({
  ...common,
  kind: z.literal('vault'),
  url: encryptedUrl.describe('Where Vault or OpenBao answers, without `/v1`.'),
  namespace: z.string().optional().describe('Its namespace.'),
  token_file: file('File with a token that may create tokens and revoke them by accessor.'),
  role: z.string().optional().describe('Token role they are created against.'),
  may_list: z
    .boolean()
    .default(false)
    .describe('The token may list accessors and look them up: what a crash left is then found.'),
  terms: termsOf({
    policies: some('Policies of the token the secret is read with.'),
    path: z
      .string()
      .regex(/^[A-Za-z0-9._{}/-]+$/)
      .describe('What is read, without `/v1/`: a path of an engine that lends.'),
    parameters: z
      .record(z.string(), z.string())
      .optional()
      .describe('Written to the path instead of reading it.'),
  }),
})

const aws = z.strictObject({
  ...common,
  kind: z.literal('aws'),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,30}$/)
    .describe('Region of the STS endpoint.'),
  url: encryptedUrl.optional().describe('Another endpoint than that of the region.'),
  access_key_id_file: file('File with the id of the access key that may assume the roles.'),
  secret_access_key_file: file('File with the key.'),
  terms: termsOf({
    role_arn: z.string().regex(/^arn:/).describe('The role.'),
    policy_file: file('Session policy: what the session can do is allowed by it and the role.'),
  }),
})

const github = z.strictObject({
  ...common,
  kind: z.literal('github'),
  url: encryptedUrl.default('https://api.github.com').describe('The API.'),
  app: z.string().min(1).describe('Client id of the app.'),
  installation: z
    .string()
    .regex(/^\d{1,20}$/)
    .describe('Number of its installation.'),
  private_key_file: file('File with its private key, as GitHub gives it.'),
  terms: termsOf({
    repositories: some('Names without their owner.'),
    permissions: z
      .record(z.string(), z.enum(['read', 'write']))
      .describe('Permission to `read` or `write`, e.g. `contents: read`.'),
  }),
})

const oauth = z.strictObject({
  ...common,
  kind: z.literal('oauth'),
  token_url: encryptedUrl.describe('The token endpoint.'),
  revocation_url: encryptedUrl
    .optional()
    .describe('RFC 7009. Without it a token ends with its time and not before.'),
  client_id: z.string().min(1).describe('The client.'),
  client_secret_file: file('File with its secret.'),
  subject_token_file: file('File with a token that is exchanged (RFC 8693).').optional(),
  subject_token_type: z.string().optional().describe('Its type; an access token unless given.'),
  sends_resource: z
    .boolean()
    .default(true)
    .describe('Sends the address of the tool server as `resource` (RFC 8707).'),
  terms: termsOf({ scopes: some('Scopes.') }),
})

export const backendFiles = [postgres, ssh, vault, aws, github, oauth] as const
