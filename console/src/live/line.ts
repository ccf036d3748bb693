/**
 * The one live line of this tab. It reconnects by itself and goes on where it left off; while it is down, views
 * ask again every 15 seconds, and nobody can approve on what may be old.
 */
import type { QueryClient } from '@tanstack/react-query'
import type { Change } from '../../../src/contract/events.ts'
import { open } from '../api/client.ts'
import { isSignedOut } from '../api/problem.ts'
import { readEvents } from './read-events.ts'

export type LineState = {
  readonly isLive: boolean
  /** When the gateway was last heard. */
  readonly heardAtMs: number
}

/** The gateway beats every 10 s; two missed beats are a broken line. */
const SILENCE_MS = 22_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000
const POLL_MS = 15_000

let state: LineState = { isLive: false, heardAtMs: Date.now() }
const listeners = new Set<() => void>()

export function lineState(): LineState {
  return state
}

export function onLineState(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function tell(next: LineState): void {
  const isNews = next.isLive !== state.isLive
  state = next
  if (isNews) for (const listener of listeners) listener()
}

/** Keeps the line up until `stop` fires. */
export async function keepLine(client: QueryClient, stop: AbortSignal): Promise<void> {
  let lastSeen: string | undefined
  let pauseMs = FIRST_PAUSE_MS
  const poll = setInterval(() => {
    if (!state.isLive) void client.invalidateQueries()
  }, POLL_MS)
  while (!stop.aborted) {
    try {
      for await (const said of listen(lastSeen, stop)) {
        pauseMs = FIRST_PAUSE_MS
        lastSeen = said.id ?? lastSeen
        if (said.event === 'change') await invalidate(client, JSON.parse(said.data) as Change)
      }
    } catch (error) {
      if (isSignedOut(error)) await client.invalidateQueries({ queryKey: ['person', 'me'] })
    }
    tell({ ...state, isLive: false })
    await pause(pauseMs, stop)
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
  clearInterval(poll)
}

async function* listen(lastSeen: string | undefined, stop: AbortSignal) {
  const silence = new AbortController()
  // A browser that knows it is off the network does not wait for the silence.
  const cut = () => silence.abort()
  globalThis.addEventListener('offline', cut, { once: true })
  let timer = setTimeout(() => silence.abort(), SILENCE_MS)
  try {
    const response = await open('/api/v1/events', {
      signal: AbortSignal.any([stop, silence.signal]),
      // Listening is not being there: it renews no session.
      headers: {
        'countersign-background': '1',
        ...(lastSeen === undefined ? {} : { 'last-event-id': lastSeen }),
      },
    })
    if (response.body === null) return
    for await (const said of readEvents(response.body)) {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), SILENCE_MS)
      tell({ isLive: true, heardAtMs: Date.now() })
      yield said
    }
  } finally {
    clearTimeout(timer)
    globalThis.removeEventListener('offline', cut)
  }
}

/** The first member of a query's key names the kinds of change that make it old. */
function invalidate(client: QueryClient, { kind, id }: Change): Promise<void> {
  if (kind === 'everything') return client.invalidateQueries()
  return client.invalidateQueries({
    predicate: ({ queryKey: [first, scope, which] }) =>
      String(first).split(' ').includes(kind) && (scope !== 'one' || id === '*' || which === id),
  })
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms)
    stop.addEventListener('abort', () => {
      clearTimeout(timer)
      done()
    })
  })
}
