import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { connectUpstreams } from '../../src/adapters/upstream-mcp.ts'
import type { UpstreamSpec } from '../../src/adapters/upstream-spec.ts'
import { codeOf } from '../../src/kernel/failure.ts'
import { anyTools } from '../harness/any-tools.ts'
import { quiet } from '../harness/quiet.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-children-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Lists one server, on a gateway of its own. */
async function toolsOf(spec: UpstreamSpec): Promise<readonly string[]> {
  const upstreams = connectUpstreams({
    upstreams: [spec],
    clock: { nowMs: () => 1_000_000 },
    log: quiet,
    credentials: () => undefined,
  })
  try {
    return (await upstreams.offer(spec.id)).definitions.map(({ definition }) => definition.name)
  } finally {
    await upstreams.close()
  }
}

/** Offers the listing to one server of 2025, and tells what each of its processes was asked. */
async function askedOf(whenAskedEarly: string): Promise<readonly (readonly string[])[]> {
  const journal = join(folder, `journal-${whenAskedEarly}`)
  const script = resolve(import.meta.dirname, '../harness/mcp-odd-server.ts')
  const args = [script, journal, whenAskedEarly]
  const spec = { id: 'odd', transport: 'stdio', command: process.execPath, args } as const
  expect(await toolsOf(spec)).toContain('pid')
  const lines = readFileSync(journal, 'utf8').trim().split('\n')
  const asked = lines.map((line) => line.split(' '))
  const pids = [...new Set(asked.map(([pid]) => pid))]
  return pids.map((each) => asked.flatMap(([pid, method = '']) => (pid === each ? [method] : [])))
}

const HANDSHAKE = ['initialize', 'notifications/initialized', 'tools/list']

describe('a tool server that is a child process', () => {
  it('is started once, and asked in that process for the MCP it speaks', async () => {
    expect(await askedOf('answers')).toEqual([['server/discover', ...HANDSHAKE]])
  })

  it.each(['ends', 'sulks'])('is started again when it %s at that question', async (how) => {
    const [first, ...others] = await askedOf(how)
    expect(first?.[0]).toBe('server/discover')
    expect(others).toEqual([HANDSHAKE])
  })

  it('is found out to speak 2026 in the same way', async () => {
    expect(await toolsOf(anyTools('net', folder, [{ name: 'block' }]).config)).toEqual(['block'])
  })

  it('that cannot be started is unreachable', async () => {
    const spec = {
      id: 'none',
      transport: 'stdio',
      command: join(folder, 'none'),
      args: [],
    } as const
    const failure = await toolsOf(spec).catch((error: unknown) => error)
    expect(codeOf(failure)).toBe('upstream_unreachable')
    expect(String(failure)).toContain('ENOENT')
  })
})
