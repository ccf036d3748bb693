/** A gateway in this process, and waiting for the signal that ends it. */
import { once } from 'node:events'
import type { Config } from '../config.ts'
import { Failure } from '../kernel/failure.ts'
import { type Gateway, startGateway } from '../main.ts'
import type { GatewayOptions } from '../wiring-options.ts'

/** Starts it. Throws `config_invalid` when the port is taken, and what the start of a gateway refuses. */
export async function runGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  try {
    return await startGateway(config, options)
  } catch (cause) {
    if ((cause as { readonly code?: unknown }).code !== 'EADDRINUSE') throw cause
    const detail = `port ${config.port} is taken; COUNTERSIGN_PORT chooses another`
    throw new Failure('config_invalid', detail, { cause })
  }
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process as it does by default. */
export async function signalled(): Promise<void> {
  const ended = new AbortController()
  const { signal } = ended
  await Promise.race([once(process, 'SIGINT', { signal }), once(process, 'SIGTERM', { signal })])
  ended.abort()
}
