/**
 * The product as shipped, in front of a tool server that reads a log: real store, real policy engine, a registered
 * agent. Only the budget and the rate are raised, because a bench makes in a minute what an agent makes in a day.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_LIMITS } from '../../src/config.ts'
import { reviewAll } from '../../test/harness/mcp-review.ts'
import { type Plane, startPlane } from '../../test/harness/plane.ts'

export type LogPlane = {
  readonly plane: Plane
  /** Where agents call. */
  readonly url: string
  readonly close: () => Promise<void>
}

/** `BENCH_UPSTREAM` is the address of the tool server. */
export async function startLogPlane(): Promise<LogPlane> {
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const url = process.env.BENCH_UPSTREAM ?? ''
  const plane = await startPlane({
    dataDir,
    upstreams: [{ id: 'log', transport: 'streamable-http', url, trustsShippedEntries: false }],
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
  return {
    plane,
    url: `${plane.gateway.baseUrl}/mcp`,
    close: async () => {
      await plane.gateway.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
