/**
 * A wire between a store and its PostgreSQL that breaks at the worst moment: just before a `commit` reaches
 * the server, or just after the server carried it out and before the answer arrives.
 */
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'

export type CommitBreaker = {
  /** The URL of the database through this wire. */
  readonly url: string
  readonly breakNextCommit: (when: 'before' | 'after') => void
  /** From now on nothing passes, and nobody is told: a network that swallows packets. */
  readonly fallSilent: () => void
  /** How many commits were broken. */
  readonly broken: () => number
  readonly close: () => Promise<void>
}

/** A simple query message of the wire protocol: type, length, text, end. */
const COMMIT = Buffer.from('commit\0')

export async function commitBreaker(databaseUrl: string): Promise<CommitBreaker> {
  const target = new URL(databaseUrl)
  const open = new Set<Socket>()
  let planned: 'before' | 'after' | undefined
  let broken = 0
  let isSilent = false

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let isAnswerLost = false
    const breakBoth = () => {
      client.destroy()
      upstream.destroy()
    }
    client.on('data', (chunk: Buffer) => {
      if (isSilent) return
      if (planned !== undefined && chunk.includes(COMMIT)) {
        broken += 1
        isAnswerLost = planned === 'after'
        const isEarly = planned === 'before'
        planned = undefined
        if (isEarly) return breakBoth()
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => (isAnswerLost ? breakBoth() : client.write(chunk)))
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', breakBoth)
      socket.on('close', breakBoth)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(databaseUrl)
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: url.href,
    fallSilent: () => {
      isSilent = true
    },
    breakNextCommit: (when) => {
      planned = when
    },
    broken: () => broken,
    close: async () => {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
