/**
 * A real directory as an MCP server over stdio: OpenLDAP with the password policy overlay. Locks an account,
 * unlocks it, looks. It binds as a broker that may change that one attribute, never as the owner of the directory.
 *
 * Environment: LDAP_URL, LDAP_BIND_DN, LDAP_PASSWORD, LDAP_BASE (where the accounts are).
 */
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { Attribute, Change, Client, NoSuchAttributeError } from 'ldapts'
import { z } from 'zod'
import { answer } from '../answer.ts'
import { requiredSetting } from '../settings.ts'

const URL = requiredSetting('LDAP_URL')
const BASE = requiredSetting('LDAP_BASE')
const BIND_DN = requiredSetting('LDAP_BIND_DN')
const PASSWORD = requiredSetting('LDAP_PASSWORD')
const TIMEOUT_MS = 5_000

/** draft-behera-ldap-password-policy-10, section 5.3.3: locked until somebody unlocks it. */
const LOCKED = 'pwdAccountLockedTime'
const FOR_EVER = '000001010000Z'

const account = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/)
  .describe('Login name')
const outputSchema = z.strictObject({ account: z.string(), enabled: z.boolean() })
const inputSchema = z.strictObject({ account })
const CHANGES = { destructiveHint: false, idempotentHint: true, openWorldHint: false } as const

async function asBroker<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ url: URL, timeout: TIMEOUT_MS, connectTimeout: TIMEOUT_MS })
  try {
    await client.bind(BIND_DN, PASSWORD)
    return await work(client)
  } finally {
    await client.unbind()
  }
}

const nameOf = (login: string) => `uid=${login},${BASE}`

/** The attribute is operational, so it has to be asked for by name. */
async function isEnabled(client: Client, login: string): Promise<boolean> {
  const found = await client.search(nameOf(login), { scope: 'base', attributes: [LOCKED] })
  const values = found.searchEntries[0]?.[LOCKED]
  return values === undefined || values.length === 0
}

async function change(login: string, operation: 'replace' | 'delete', values: string[]) {
  return asBroker(async (client) => {
    const modification = new Attribute({ type: LOCKED, values })
    await client
      .modify(nameOf(login), new Change({ operation, modification }))
      .catch((error: unknown) => {
        // What is not locked needs no unlocking.
        if (!(error instanceof NoSuchAttributeError)) throw error
      })
    return answer({ account: login, enabled: await isEnabled(client, login) })
  })
}

serveStdio(() => {
  const server = new McpServer({ name: 'openldap', version: '1.0.0' })
  server.registerTool(
    'disable_account',
    {
      description: 'Locks an account: nobody can bind as it. Open connections live on.',
      inputSchema,
      outputSchema,
      annotations: CHANGES,
    },
    (args) => change(args.account, 'replace', [FOR_EVER]),
  )
  server.registerTool(
    'enable_account',
    { description: 'Unlocks an account.', inputSchema, outputSchema, annotations: CHANGES },
    (args) => change(args.account, 'delete', []),
  )
  server.registerTool(
    'account_status',
    {
      description: 'Whether an account can be bound as.',
      inputSchema,
      outputSchema,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    (args) =>
      asBroker(async (client) =>
        answer({ account: args.account, enabled: await isEnabled(client, args.account) }),
      ),
  )
  return server
})
