/**
 * The practice directory as an MCP server over stdio: lock an account, unlock it, set a new password, look.
 * The login page (`login.ts`) reads the same accounts, so a change here is felt by whoever tries to log in.
 *
 * Environment: RANGE_DATA (folder).
 */
import { randomBytes } from 'node:crypto'
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'
import { type Account, findAccount, hashed, openAccounts, withAccount } from './accounts.ts'
import { answer, refuse } from './answer.ts'
import { requiredSetting } from './settings.ts'

const MAX_NAME_CHARS = 64
const MAX_REASON_CHARS = 500
/** 96 bits: beyond guessing for the minutes until it is changed. */
const TEMPORARY_PASSWORD_BYTES = 12

const store = openAccounts(requiredSetting('RANGE_DATA'))

const account = z
  .string()
  .min(1)
  .max(MAX_NAME_CHARS)
  .describe('Login name, for example contractor-07')
const reason = z.string().min(1).max(MAX_REASON_CHARS).describe('Why, with the case number')
const accountState = z.strictObject({
  account: z.string(),
  display_name: z.string(),
  groups: z.array(z.string()),
  enabled: z.boolean(),
  disabled_reason: z.string().nullable(),
})
const READ_ONLY = { readOnlyHint: true, openWorldHint: false } as const

function stateOf(record: Account): z.infer<typeof accountState> {
  return {
    account: record.name,
    display_name: record.displayName,
    groups: [...record.groups],
    enabled: record.isEnabled,
    disabled_reason: record.disabledReason,
  }
}

/** Changes one account and answers with its new state, or says that there is none. */
function change(name: string, changed: Partial<Account>) {
  const record = findAccount(
    store.change((all) => withAccount(all, name, changed)),
    name,
  )
  return record === undefined ? refuse(`There is no account ${name}.`) : answer(stateOf(record))
}

function registerReads(server: McpServer): void {
  server.registerTool(
    'account_status',
    {
      title: 'Show an account',
      description: 'Shows one account: its groups and whether it can log in.',
      inputSchema: z.strictObject({ account }),
      outputSchema: accountState,
      annotations: READ_ONLY,
    },
    (args) => {
      const record = findAccount(store.read(), args.account)
      return record === undefined
        ? refuse(`There is no account ${args.account}.`)
        : answer(stateOf(record))
    },
  )
  server.registerTool(
    'list_accounts',
    {
      title: 'List accounts',
      description: 'Lists all accounts with their groups and whether they can log in.',
      inputSchema: z.strictObject({}),
      outputSchema: z.strictObject({ accounts: z.array(accountState) }),
      annotations: READ_ONLY,
    },
    () => answer({ accounts: store.read().accounts.map(stateOf) }),
  )
}

function registerLocks(server: McpServer): void {
  server.registerTool(
    'disable_account',
    {
      title: 'Disable an account',
      description:
        'Stops an account from logging in. Its password and groups stay; enable_account takes it back.',
      inputSchema: z.strictObject({ account, reason }),
      outputSchema: accountState,
      annotations: { destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    (args) => change(args.account, { isEnabled: false, disabledReason: args.reason }),
  )
  server.registerTool(
    'enable_account',
    {
      title: 'Enable an account',
      description: 'Lets a disabled account log in again.',
      inputSchema: z.strictObject({ account, reason }),
      outputSchema: accountState,
      annotations: { destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    (args) => change(args.account, { isEnabled: true, disabledReason: null }),
  )
}

function registerPasswords(server: McpServer): void {
  server.registerTool(
    'reset_password',
    {
      title: 'Reset a password',
      description:
        'Replaces the password of an account by a new temporary one and returns it. The old password is lost.',
      inputSchema: z.strictObject({ account, reason }),
      outputSchema: z.strictObject({ account: z.string(), temporary_password: z.string() }),
      annotations: { destructiveHint: true, idempotentHint: false, openWorldHint: false },
    },
    (args) => {
      const password = randomBytes(TEMPORARY_PASSWORD_BYTES).toString('base64url')
      const record = findAccount(
        store.change((all) => withAccount(all, args.account, hashed(password))),
        args.account,
      )
      if (record === undefined) return refuse(`There is no account ${args.account}.`)
      return answer({ account: record.name, temporary_password: password })
    },
  )
}

serveStdio(() => {
  const server = new McpServer({ name: 'range-directory', version: '1.0.0' })
  registerReads(server)
  registerLocks(server)
  registerPasswords(server)
  return server
})
