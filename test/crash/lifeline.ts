/**
 * Preloaded into a tool server (`node --import`): stays connected to LIFELINE_PORT until the process has ended, and
 * before it serves, so that no call can reach a server nobody waits for.
 */
import { once } from 'node:events'
import { connect } from 'node:net'

const lifeline = connect(Number(process.env.LIFELINE_PORT ?? ''), '127.0.0.1')
await once(lifeline, 'connect')
lifeline.unref()
