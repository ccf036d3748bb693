/** The stage of the demo: the practice range, and a gateway in front of its tool servers, with everybody on the books. */
import { join } from 'node:path'
import { pino } from 'pino'
import { type Range, type RangeUpstream, startRange } from '../../range/start.ts'
import type { Config, UpstreamConfig } from '../config.ts'
import type { Gateway } from '../main.ts'
import type { Seeded } from './demo-seed.ts'

export type Stage = {
  readonly range: Range
  readonly gateway: Gateway
  readonly seeded: Seeded
  readonly logFile: string
  readonly close: () => Promise<void>
}

/** One line about what happens: who does it, and what. */
export type Tell = (who: string, text: string) => void

/** Rejects, with nothing left running, when a part does not start. */
export async function openStage(config: Config, tell: Tell): Promise<Stage> {
  const { dataDir } = config
  const undo: (() => Promise<void>)[] = []
  const close = async () => {
    for (const step of undo) await step()
  }
  try {
    const starting = startRange({ dataDir: join(dataDir, 'range') })
    // Reading the gateway's own code takes as long as the range's programs take to start.
    const [{ runGateway }, { seedGateway }] = await Promise.all([
      import('./run-gateway.ts'),
      import('./demo-seed.ts'),
      starting,
    ])
    const range = await starting
    undo.unshift(range.stop)
    tell(
      'range',
      `A web shop, a firewall, a directory and ${range.upstreams.length} tool servers are up. ` +
        `The log store holds ${range.logRows} lines of an SSH log (${range.logSource}).`,
    )
    const logFile = join(dataDir, 'gateway.log')
    const log = pino({ level: 'info' }, pino.destination({ dest: logFile, mkdir: true }))
    const upstreams = range.upstreams.map(upstreamOf)
    // The agent is told at once that a person has to decide; what waits is countersign_await.
    const gateway = await runGateway({ ...config, upstreams, holdMs: 0 }, { log })
    undo.unshift(gateway.close)
    tell(
      'gateway',
      `Ready at ${gateway.baseUrl}. It holds the credentials of the tools, the agent none.`,
    )
    const seeded = await seedGateway(gateway)
    tell(
      'gateway',
      'Seven people with roles, shifts and certificates, three cases and one agent are known.',
    )
    await gateway.listed
    const { all, blocked } = await seeded.tools()
    tell(
      'gateway',
      `${all} tools are classified or blocked. Nobody has reviewed ${blocked.join(', ')}.`,
    )
    return { range, gateway, seeded, logFile, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** What the range says about a server, as the gateway's configuration would. Shipped entries are trusted here. */
function upstreamOf(upstream: RangeUpstream): UpstreamConfig {
  if (upstream.transport === 'stdio') return { ...upstream, trustsShippedEntries: true }
  const { id, transport, url, credential } = upstream
  const token = credential.value.replace(/^Bearer /, '')
  return {
    id,
    transport,
    url,
    trustsShippedEntries: true,
    credential: { kind: 'bearer', value: { token } },
  }
}
