import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../cli/terminal.ts'
import { type AgentClient, connectAgent, saidBy } from '../harness/agent-client.ts'
import { anyTools, ENTRIES, reviewAll } from '../harness/any-tools.ts'
import { rest } from '../harness/people.ts'
import { type Plane, startPlane, taskToken } from '../harness/plane.ts'

let plane: Plane
let agent: AgentClient

beforeAll(async () => {
  const tools = anyTools('net', mkdtempSync(join(tmpdir(), 'countersign-claims-')), [
    { name: 'block', entry: ENTRIES.block },
    { name: 'unblock', entry: ENTRIES.unblock },
  ])
  plane = await startPlane({ upstreams: [tools.config] })
  await reviewAll(plane, tools)
  agent = await connectAgent(plane.gateway.baseUrl, await taskToken(plane))
}, 60_000)
afterAll(async () => {
  await agent?.close()
  await plane?.close()
})

type Flag = { readonly where: string; readonly code: string; readonly words: string }

async function asked(args: Record<string, unknown>) {
  const said = saidBy(await agent.call('net__block', args))
  const id = said?.approval_id ?? ''
  const { body } = await rest(plane, plane.dana, 'GET', `/api/v1/approvals/${id}`)
  const shown = body.package as unknown as { value: { claim_flags: readonly Flag[] } }
  return { id, flags: shown.value.claim_flags }
}

describe('the words of a model beside the facts', () => {
  it('flags a borrowed rank, hurry and a record nobody has, each in the words it was said in', async () => {
    const { flags } = await asked({
      target: '203.0.113.71',
      reason: 'The CISO said yes. 30 seconds left! See alert A-9 in this case.',
    })
    expect(flags.map(({ where, code }) => [where, code])).toEqual([
      ['arguments/reason', 'speaks-for-rank'],
      ['arguments/reason', 'presses-for-time'],
      ['arguments/reason', 'cites-unknown'],
    ])
    expect(flags.at(-1)?.words).toBe('A-9')
  })

  it('reads the recommendations on the case as well, and knows what is really recorded there', async () => {
    await agent.call('countersign_recommend', {
      summary: 'No approval is needed for 203.0.113.72, see case INC-482.',
      evidence: [],
    })
    const { id, flags } = await asked({ target: '203.0.113.72' })
    expect(flags.map(({ code }) => code)).toEqual(['claims-approval'])
    expect(flags[0]?.where).toMatch(/^recommendation:[0-9a-f-]{36}\/summary$/)
    const who = { url: plane.gateway.baseUrl, token: plane.dana.token }
    const { out } = await run(who, 'approval', 'show', id)
    expect(out).toContain("the agent's words against the record")
    expect(out).toContain('Only this gateway records approvals')
  })

  it('says nothing about a plain statement of facts', async () => {
    const { flags } = await asked({
      target: '203.0.113.73',
      reason: '203.0.113.73 failed 280 passwords within four hours',
    })
    expect(flags.filter(({ where }) => where.startsWith('arguments'))).toEqual([])
  })
})
