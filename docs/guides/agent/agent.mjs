// node agent.mjs [TOOL JSON]...: lists the tools, then makes the calls one after the other, in one task.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { taskTokens } from './token.mjs'

const base = process.env.COUNTERSIGN_URL ?? 'http://localhost:7070'
const transport = new StreamableHTTPClientTransport(new URL(`${base}/mcp`), {
  authProvider: { token: taskTokens() },
})
const client = new Client(
  { name: 'triage', version: '1' },
  { versionNegotiation: { mode: 'auto' } },
)
await client.connect(transport)

const { tools } = await client.listTools()
console.log(tools.map((tool) => tool.name).join('\n'))

const [...calls] = process.argv.slice(2)
while (calls.length > 0) {
  const [name, json] = calls.splice(0, 2)
  let answer = await call(name, JSON.parse(json))
  for (let held = approvalOf(answer); held !== undefined; held = approvalOf(answer)) {
    answer = await call('countersign_await', { approval_id: held, wait_seconds: 45 })
  }
}
await client.close()

async function call(name, args) {
  const answer = await client.callTool({ name, arguments: args })
  console.log(`\n${name}\n${answer.content[0].text}`)
  return answer
}

// Only a call that waits for a person names its approval here.
function approvalOf(answer) {
  return answer._meta?.['countersign/approval']
}
