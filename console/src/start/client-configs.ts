/** What connects an agent: its key signs for a task token, and a client speaks MCP with it. Texts to copy. Pure. */

export type Client = 'program' | 'http' | 'curl'

export type Connection = {
  /** Where the gateway is, without a slash at the end. */
  readonly base: string
  readonly subject: string
  readonly caseRef: string
  /** The private key of the agent, on the machine it runs on. */
  readonly keyFile: string
  /** The folder with token.mjs and the scripts beside it. */
  readonly scripts: string
  readonly node: string
}

/** Each as a shell takes it: a subject or a path may hold anything. */
function environment({ base, subject, caseRef, keyFile }: Connection): Record<string, string> {
  return {
    COUNTERSIGN_URL: base,
    AGENT_KEY: keyFile,
    AGENT_SUBJECT: subject,
    AGENT_CASE: caseRef,
  }
}

function exports(connection: Connection): string {
  const set = Object.entries(environment(connection)).map(
    ([name, value]) => `${name}=${quoted(value)}`,
  )
  return `export ${set.join(' \\\n  ')}`
}

function quoted(value: string): string {
  return /^[\w./:@-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
}

/** For clients that start a program, with the file they keep their servers in. */
export function programConfig(connection: Connection): string {
  const server = {
    command: connection.node,
    args: [`${connection.scripts}/stdio.mjs`],
    env: environment(connection),
  }
  return JSON.stringify({ mcpServers: { countersign: server } }, undefined, 2)
}

/** For clients that speak HTTP: a small forwarder on loopback signs for each request, because tokens end. */
export function httpConfig(connection: Connection): string {
  const { node, scripts } = connection
  return `${exports(connection)}
${quoted(node)} ${quoted(`${scripts}/forward.mjs`)} 7071

# In another terminal; or give your client this address:
claude mcp add --transport http countersign http://localhost:7071/mcp`
}

/** By hand: one token, one call. */
export function curlConfig(connection: Connection): string {
  const { base, node, scripts } = connection
  return `${exports(connection)}
TOKEN=$(${quoted(node)} ${quoted(`${scripts}/token.mjs`)})
curl ${quoted(`${base}/api/v1/calls`)} -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{"tool": "countersign_recommend", "arguments": {"summary": "It looks like a scan.", "evidence": []}}'`
}
