/**
 * The practice firewall as an MCP server over Streamable HTTP. It answers only whoever presents the bearer
 * credential; the range gives that credential to the gateway alone, so an agent that finds the port still
 * gets 401.
 *
 * Environment: RANGE_DATA (folder), RANGE_FIREWALL_CREDENTIAL (the bearer token), RANGE_FIREWALL_PORT
 * (absent = any free port), RANGE_FIREWALL_NOOP=1 (acknowledges blocks without blocking).
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import {
  localhostHostValidation,
  localhostOriginValidation,
  toNodeHandler,
} from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { openBlocklist } from './blocklist.ts'
import { firewallServer } from './firewall-tools.ts'
import { announce, leaveWithParent } from './lifetime.ts'
import { portSetting, requiredSetting, setting } from './settings.ts'

const HOST = '127.0.0.1'

const credential = requiredSetting('RANGE_FIREWALL_CREDENTIAL')
const options = {
  list: openBlocklist(requiredSetting('RANGE_DATA')),
  isNoop: setting('RANGE_FIREWALL_NOOP') === '1',
  nowMs: Date.now,
}
const mcp = createMcpHandler(() => firewallServer(options))
const answerMcp = toNodeHandler(mcp)
const hostIsLocal = localhostHostValidation()
const originIsLocal = localhostOriginValidation()

const server = createServer((request, response) => {
  if (!hostIsLocal(request, response) || !originIsLocal(request, response)) return
  if (!presentsCredential(request)) {
    response.writeHead(401, { 'www-authenticate': 'Bearer realm="range-firewall"' }).end()
    return
  }
  if (request.url !== '/mcp') {
    response.writeHead(404).end()
    return
  }
  // The adapter's own type of a request says `method?: string`, which under exactOptionalPropertyTypes is
  // narrower than what node:http declares; the object is the same.
  void answerMcp(request as Parameters<typeof answerMcp>[0], response)
})

function presentsCredential(request: IncomingMessage): boolean {
  // Digests have equal length whatever was sent, so the comparison takes the same time for every guess.
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(
    digest(request.headers.authorization ?? ''),
    digest(`Bearer ${credential}`),
  )
}

server.listen(portSetting('RANGE_FIREWALL_PORT'), HOST, () => {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the firewall has no TCP port')
  announce({ host: HOST, port: bound.port })
})
leaveWithParent()
