/**
 * A real blocklist as an MCP server over stdio: the local API of CrowdSec. Bans an address for a time, lifts the ban,
 * looks. It writes with the credential of a machine and looks with the key of a bouncer, as a firewall does that
 * enforces the bans: what it sees does not depend on what it believes it wrote.
 *
 * Environment: CROWDSEC_URL, CROWDSEC_MACHINE, CROWDSEC_PASSWORD, CROWDSEC_BOUNCER_KEY.
 */
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'
import { answer } from '../answer.ts'
import { requiredSetting } from '../settings.ts'

const URL = requiredSetting('CROWDSEC_URL')
const MACHINE = requiredSetting('CROWDSEC_MACHINE')
const PASSWORD = requiredSetting('CROWDSEC_PASSWORD')
const BOUNCER_KEY = requiredSetting('CROWDSEC_BOUNCER_KEY')
const TIMEOUT_MS = 5_000
const MAX_SECONDS = 86_400
/** A login without a name and a version in its agent is refused. */
const COMMON = { 'content-type': 'application/json', 'user-agent': 'countersign/1.0.0' } as const
/** Marks our own decisions: those of scenarios and of people are never lifted here. */
const ORIGIN = 'countersign'

const address = z.ipv4().describe('IPv4 address of one client')
const state = z.strictObject({ address: z.string(), banned: z.boolean() })
const CHANGES = { destructiveHint: false, idempotentHint: true, openWorldHint: false } as const

const login = z.object({ token: z.string(), expire: z.string() })
const decisions = z
  .array(z.object({ origin: z.string(), type: z.string(), value: z.string() }))
  .nullable()

async function request(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${URL}${path}`, {
    method,
    headers: { ...COMMON, ...headers },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`the local API answered ${response.status}`)
  return response.json()
}

let session: { readonly token: string; readonly untilMs: number } | undefined

/** A machine's token lives an hour; it is renewed a minute before its end. */
async function asMachine(): Promise<Readonly<Record<string, string>>> {
  if (session === undefined || session.untilMs < Date.now()) {
    const given = { machine_id: MACHINE, password: PASSWORD, scenarios: [] }
    const { token, expire } = login.parse(await request('POST', '/v1/watchers/login', {}, given))
    session = { token, untilMs: Date.parse(expire) - 60_000 }
  }
  return { authorization: `Bearer ${session.token}` }
}

async function show(client: string) {
  const path = `/v1/decisions?ip=${client}&type=ban`
  const found = decisions.parse(await request('GET', path, { 'x-api-key': BOUNCER_KEY })) ?? []
  return answer({ address: client, banned: found.some(({ type }) => type === 'ban') })
}

async function lift(client: string): Promise<void> {
  await request('DELETE', `/v1/decisions?ip=${client}&origin=${ORIGIN}`, await asMachine())
}

/** A decision cannot stand alone: it is the answer to an alert, here to the order that was given. */
function alertWith(client: string, seconds: number) {
  const now = new Date().toISOString()
  const scenario = 'countersign/ordered'
  const source = { scope: 'Ip', value: client }
  const ban = { duration: `${seconds}s`, origin: ORIGIN, scenario, type: 'ban', ...source }
  return {
    scenario,
    scenario_hash: '',
    scenario_version: '',
    message: 'ordered through Countersign',
    capacity: 0,
    leakspeed: '0',
    simulated: false,
    events: [],
    events_count: 0,
    start_at: now,
    stop_at: now,
    source,
    decisions: [ban],
  }
}

serveStdio(() => {
  const server = new McpServer({ name: 'crowdsec', version: '1.0.0' })
  server.registerTool(
    'ban_address',
    {
      description: 'Has every firewall that follows the blocklist drop one address, for seconds.',
      inputSchema: z.strictObject({ address, seconds: z.int().min(1).max(MAX_SECONDS) }),
      outputSchema: state,
      annotations: CHANGES,
    },
    async (args) => {
      // One ban at a time: a second one would outlive the end of the first.
      await lift(args.address)
      await request('POST', '/v1/alerts', await asMachine(), [
        alertWith(args.address, args.seconds),
      ])
      return show(args.address)
    },
  )
  server.registerTool(
    'lift_ban',
    {
      description: 'Takes back a ban that was ordered here.',
      inputSchema: z.strictObject({ address }),
      outputSchema: state,
      annotations: CHANGES,
    },
    async (args) => {
      await lift(args.address)
      return show(args.address)
    },
  )
  server.registerTool(
    'ban_status',
    {
      description: 'Whether one address is banned now, as a firewall sees it.',
      inputSchema: z.strictObject({ address }),
      outputSchema: state,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    (args) => show(args.address),
  )
  return server
})
