import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AgentClient, connectAgent, type Said, saidBy } from '../harness/agent-client.ts'
import { type AnyTools, anyTools, ENTRIES, reviewAll } from '../harness/any-tools.ts'
import { rest } from '../harness/people.ts'
import { type Plane, startPlane, taskToken } from '../harness/plane.ts'

let plane: Plane
let tools: AnyTools
let agent: AgentClient
beforeAll(async () => {
  const metaTool = { toolArgument: 'tool', argumentsArgument: 'parameters' }
  tools = anyTools('soar', mkdtempSync(join(tmpdir(), 'countersign-tools-')), [
    {
      name: 'run',
      entry: { ...ENTRIES.read, target: { kind: 'text' }, metaTool },
      definition: { inputSchema: { type: 'object', properties: { tool: {}, parameters: {} } } },
    },
    { name: 'look', entry: ENTRIES.read },
    { name: 'note', entry: ENTRIES.note },
  ])
  plane = await startPlane({ upstreams: [tools.config] })
  await reviewAll(plane, tools)
  agent = await connectAgent(plane.gateway.baseUrl, await taskToken(plane))
}, 60_000)
afterAll(async () => {
  await agent?.close()
  await plane?.close()
})

/** What the agent hears of the call while the tool is stopped. */
async function whileStopped(
  subject: string,
  name: string,
  args: Record<string, unknown>,
): Promise<Said | undefined> {
  const pressed = await rest(plane, plane.alex, 'POST', '/api/v1/stops', {
    scope: 'tool',
    subject,
    reason: 'it misbehaves',
  })
  const said = saidBy(await agent.call(name, args))
  const { id } = (pressed.body as unknown as { stop: { id: string } }).stop
  await rest(plane, plane.dana, 'DELETE', `/api/v1/stops/${id}`, { reason: 'mended' })
  return said
}

describe('a stopped tool', () => {
  const inner = { tool: 'look', parameters: { target: 'host-1' } }

  it('runs again when the stop is lifted', async () => {
    expect(saidBy(await agent.call('soar__run', inner))).toBeUndefined()
  })

  it('is not called directly', async () => {
    expect(await whileStopped('soar__look', 'soar__look', {})).toMatchObject({ code: 'stopped' })
    expect(await whileStopped('soar__look', 'soar__note', { text: 'x' })).toBeUndefined()
  })

  it('is not called through a tool that runs tools', async () => {
    expect(await whileStopped('soar__look', 'soar__run', inner)).toMatchObject({ code: 'stopped' })
  })

  it('runs no other tool when it is itself the one that runs tools', async () => {
    expect(await whileStopped('soar__run', 'soar__run', inner)).toMatchObject({ code: 'stopped' })
    expect(await whileStopped('soar__run', 'soar__look', {})).toBeUndefined()
  })
})
