/**
 * The login page of the practice directory: `POST /login` with `{"account","password"}`. 200 for a right
 * password of an enabled account, 403 when the account is disabled, 401 for everything else.
 *
 * Environment: RANGE_DATA (folder with the accounts), RANGE_LOGIN_PORT.
 */
import { createServer, type IncomingMessage } from 'node:http'
import { z } from 'zod'
import { findAccount, openAccounts, passwordFits } from './accounts.ts'
import { announce, leaveWithParent } from './lifetime.ts'
import { listenOnLoopback } from './listen.ts'
import { portSetting, requiredSetting } from './settings.ts'

/** A name and a password; anything longer is not a login. */
const MAX_BODY_BYTES = 4_096

const accounts = openAccounts(requiredSetting('RANGE_DATA'))
const attempt = z.strictObject({ account: z.string(), password: z.string() })

type Verdict = { readonly status: number; readonly login: string }

function judge(body: string): Verdict {
  const given = attempt.safeParse(parsed(body))
  if (!given.success) return { status: 400, login: 'malformed' }
  const account = findAccount(accounts.read(), given.data.account)
  if (account === undefined || !passwordFits(account, given.data.password)) {
    return { status: 401, login: 'refused' }
  }
  return account.isEnabled ? { status: 200, login: 'welcome' } : { status: 403, login: 'disabled' }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function verdictOn(request: IncomingMessage): Promise<Verdict> {
  if (request.url !== '/login') return { status: 404, login: 'not here' }
  if (request.method !== 'POST') return { status: 405, login: 'post only' }
  const body = await bodyOf(request)
  return body === undefined ? { status: 413, login: 'too long' } : judge(body)
}

const server = createServer((request, response) => {
  verdictOn(request).then(
    ({ status, login }) => {
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ login }))
    },
    // The client went away while its body was read.
    () => response.destroy(),
  )
})
const bound = await listenOnLoopback(server, '127.0.0.1', portSetting('RANGE_LOGIN_PORT'))
announce({ host: bound.address, port: bound.port })
leaveWithParent()
