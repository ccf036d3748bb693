/** The servers that shipped entries are written for, started for real and listed the way the gateway lists them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compiledCode } from '../../range/settings.ts'
import { startRange } from '../../range/start.ts'
import { connectUpstreams } from '../../src/adapters/upstream-mcp.ts'
import type { UpstreamSpec } from '../../src/adapters/upstream-spec.ts'
import type { UpstreamOffer } from '../../src/catalogue/ports.ts'

/** File of the catalogue (without ending) to what its server offers; one file may have two set-ups of its server. */
export type ShippedOffer = { readonly file: string; readonly offer: UpstreamOffer }

const stdio = (id: string, program: string, args: readonly string[]): UpstreamSpec => ({
  id,
  transport: 'stdio',
  command: process.execPath,
  args: [program, ...args],
  env: compiledCode(),
})

function npmServer(name: string): string {
  return join(createRequire(import.meta.url).resolve(`${name}/package.json`), '../dist/index.js')
}

/** Starts every server, lists it, and stops everything again. Rejects when one does not start. */
export async function listShippedServers(): Promise<readonly ShippedOffer[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-catalogue-'))
  const range = await startRange({ dataDir: join(folder, 'range') })
  const fromRange = {
    firewall: 'range-firewall',
    directory: 'range-directory',
    desk: 'range-desk',
    logs: 'dbhub',
  }
  const own = [
    {
      file: 'filesystem',
      spec: stdio('filesystem', npmServer('@modelcontextprotocol/server-filesystem'), [folder]),
    },
    { file: 'memory', spec: stdio('memory', npmServer('@modelcontextprotocol/server-memory'), []) },
    {
      file: 'everything',
      spec: stdio('everything', npmServer('@modelcontextprotocol/server-everything'), ['stdio']),
    },
    {
      file: 'dbhub',
      spec: stdio('dbhub', npmServer('@bytebase/dbhub'), ['--transport', 'stdio', '--demo']),
    },
  ]
  const ofRange = range.upstreams.flatMap((upstream) => {
    const file = Object.entries(fromRange).find(([id]) => id === upstream.id)?.[1]
    return file === undefined ? [] : [{ file, spec: upstream }]
  })
  const secrets = new Map(
    range.upstreams.flatMap((upstream) =>
      'credential' in upstream
        ? [
            [
              upstream.id,
              {
                kind: 'bearer',
                value: { token: upstream.credential.value.replace('Bearer ', '') },
              },
            ] as const,
          ]
        : [],
    ),
  )
  const servers = [...own, ...ofRange]
  const connected = connectUpstreams({
    upstreams: servers.map(({ spec }) => spec),
    clock: { nowMs: Date.now },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    credentials: (upstream) => secrets.get(upstream),
  })
  try {
    return await Promise.all(
      servers.map(async ({ file, spec }) => ({ file, offer: await connected.offer(spec.id) })),
    )
  } finally {
    await connected.close()
    await range.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
