/**
 * The product as shipped, in front of the same tool server: real store, real policy engine, a registered agent
 * with a task token. Only the budget and the rate are raised, because a bench makes in a minute what an agent makes in a day.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_LIMITS } from '../../src/config.ts'
import { reviewAll } from '../../test/harness/mcp-review.ts'
import { startPlane, taskToken } from '../../test/harness/plane.ts'
import { serveTarget } from './target.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
const plane = await startPlane({
  dataDir,
  upstreams: [
    {
      id: 'log',
      transport: 'streamable-http',
      url: process.env.BENCH_UPSTREAM ?? '',
      trustsShippedEntries: false,
    },
  ],
  config: {
    requestsPerSecond: 1_000_000,
    limits: { ...DEFAULT_LIMITS, callsPerTask: 1_000_000_000 },
  },
})
await reviewAll(plane, 'log', () => ({
  kind: 'tool',
  effect: 'read',
  verb: 'query',
  target: { kind: 'device', from: 'args.target' },
}))

serveTarget({
  url: `${plane.gateway.baseUrl}/mcp`,
  token: () => taskToken(plane),
  close: async () => {
    await plane.gateway.close()
    rmSync(dataDir, { recursive: true, force: true })
  },
})
