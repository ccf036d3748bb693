/** Whether each configured tool server answers, asked directly. */
import { connectUpstreams } from '../adapters/upstream-mcp.ts'
import type { Config } from '../config.ts'
import type { Log } from '../kernel/log.ts'
import { type CheckResult, failedBy, ok, warning } from './doctor-check.ts'

const QUIET: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

export async function checkUpstreams({ upstreams }: Config): Promise<readonly CheckResult[]> {
  if (upstreams.length === 0) {
    return [
      warning(
        'upstreams',
        'no tool server is configured',
        'Add one under upstreams: in the configuration.',
      ),
    ]
  }
  const secrets = new Map(upstreams.map(({ id, credential }) => [id, credential]))
  const connected = connectUpstreams({
    upstreams,
    clock: { nowMs: () => Date.now() },
    log: QUIET,
    credentials: (id) => secrets.get(id),
  })
  try {
    return await Promise.all(
      upstreams.map(async ({ id }) => {
        const name = `upstream ${id}`
        try {
          const offer = await connected.offer(id)
          return ok(name, `offers ${offer.definitions.length} definition(s)`)
        } catch (error) {
          return failedBy(name, error)
        }
      }),
    )
  } finally {
    await connected.close()
  }
}
