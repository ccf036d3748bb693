import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { npmUpstream } from '../harness/mcp-upstreams.ts'
import { decide, waiveEvidence } from '../harness/people.ts'
import { filesystemUpstream, type Plane, startPlane, taskToken } from '../harness/plane.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-evidence-'))
writeFileSync(join(folder, 'note.txt'), 'seen by the analyst')
let plane: Plane

beforeAll(async () => {
  plane = await startPlane({
    upstreams: [
      npmUpstream('every', '@modelcontextprotocol/server-everything', ['stdio']),
      filesystemUpstream(folder),
      npmUpstream('logs', '@bytebase/dbhub', ['--transport', 'stdio', '--demo']),
      // Nobody reviewed what this one offers.
      { ...npmUpstream('raw', '@modelcontextprotocol/server-memory'), trustsShippedEntries: false },
    ],
  })
}, 60_000)
afterAll(async () => {
  await plane?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe.each(['legacy-v1', 'legacy-v2', 'modern'] as const)('an agent with a %s client', (era) => {
  const open = async () => connectAgent(plane.gateway.baseUrl, await taskToken(plane), era)
  /** A file that may be written over, as whoever leads the shift has said. */
  const fileOf = async (name: string) => {
    const path = join(folder, `${era}${name}.txt`)
    expect((await waiveEvidence(plane, { kind: 'file', id: path })).status).toBe(201)
    return path
  }

  it("sees granted and reviewed tools under the name of their server, and the gateway's own", async () => {
    const agent = await open()
    const names = await agent.tools()
    expect(names).toEqual(
      expect.arrayContaining(['every__echo', 'evidence__read_text_file', 'countersign_await']),
    )
    expect(names.filter((name) => name.startsWith('raw__'))).toEqual([])
    await agent.close()
  })

  it('gets the result of an allowed call with the ids of its record', async () => {
    const agent = await open()
    const result = await agent.call('every__echo', { message: 'hello' })
    expect(result.content).toEqual([{ type: 'text', text: 'Echo: hello' }])
    expect(result._meta?.['countersign/call']).toMatch(/^[0-9a-f-]{36}$/)
    expect(result._meta?.['countersign/evidence']).toMatch(/^[0-9a-f-]{36}$/)
    await agent.close()
  })

  it('queries a server that speaks the protocol of 2026 over stdio', async () => {
    const agent = await open()
    const result = await agent.call('logs__execute_sql', { sql: 'select 41 + 1 as answer' })
    expect(saidBy(result)).toBeUndefined()
    expect(result.content[0]?.text).toContain('42')
    await agent.close()
  })

  it('takes a structured result of a tool with an output schema as it came', async () => {
    const agent = await open()
    await agent.tools()
    const result = await agent.call('evidence__read_text_file', { path: join(folder, 'note.txt') })
    expect(result.structuredContent).toEqual({ content: 'seen by the analyst' })
    await agent.close()
  })

  it('is told that a call to a tool with an output schema waits, in a form its client accepts', async () => {
    const agent = await open()
    // Listing first lets the client learn the output schema it will hold the answer against.
    await agent.tools()
    const path = await fileOf('')
    const result = await agent.call('evidence__write_file', { path, content: 'x' })
    expect(result.isError).toBe(true)
    expect(result.structuredContent).toBeUndefined()
    expect(saidBy(result)).toMatchObject({
      status: 'pending_approval',
      approval_id: expect.any(String),
    })
    expect(result._meta?.['countersign/approval']).toBe(saidBy(result)?.approval_id)
    await agent.close()
  })

  it('finds a waiting call of a tool without an output schema in text and structure alike', async () => {
    const agent = await open()
    await agent.tools()
    const result = await agent.call('every__gzip-file-as-resource', {
      name: `${era}.gz`,
      data: 'data:text/plain,x',
    })
    expect(result.isError).toBe(false)
    expect(result.structuredContent).toMatchObject({ countersign: { status: 'pending_approval' } })
    expect(saidBy(result)).toEqual(result.structuredContent?.countersign)
    await agent.close()
  })

  it('gets the result of a held call by making it again once people approved', async () => {
    const agent = await open()
    await agent.tools()
    const args = { path: await fileOf('-approved'), content: 'approved' }
    const held = saidBy(await agent.call('evidence__write_file', args))
    for (const person of [plane.ines, plane.dana]) {
      await decide(plane, person, 'approve', held?.approval_id ?? '')
    }
    const result = await agent.call('evidence__write_file', args)
    expect(saidBy(result)).toBeUndefined()
    expect(result.structuredContent).toMatchObject({ content: expect.stringContaining('wrote') })
    await agent.close()
  })

  it('reads why a call was refused, in a result and not in a protocol error', async () => {
    const agent = await open()
    const blocked = await agent.call('raw__read_graph', {})
    expect(blocked.isError).toBe(true)
    expect(saidBy(blocked)).toMatchObject({
      status: 'refused',
      code: 'tool_quarantined',
      call_id: expect.any(String),
    })
    const unknown = saidBy(await agent.call('every__no_such_tool', {}))
    expect(unknown).toMatchObject({ status: 'refused', next: expect.any(String), policies: [] })
    await agent.close()
  })

  it('does not wait when the agent says so, and may cite the approval only for the call it is for [R9]', async () => {
    const agent = await open()
    const args = { path: await fileOf('-cited'), content: 'cited' }
    const meta = { 'countersign/hold_ms': 0 }
    const held = saidBy(await agent.call('evidence__write_file', args, meta))
    const cited = await agent.call(
      'evidence__write_file',
      { ...args, content: 'something else' },
      { 'countersign/approval': held?.approval_id },
    )
    expect(saidBy(cited)).toMatchObject({ status: 'refused', code: 'digest_mismatch' })
    await agent.close()
  })
})
