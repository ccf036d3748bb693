/**
 * One reader's stream: from where it left off to the head of the log, and on. It reads the log itself, so a hint
 * that comes late or twice changes nothing; a reader that is slow gets fewer, newer events, never a queue.
 */
import type { Change } from '../../contract/events.ts'
import type { LedgerReader } from '../../ledger/ports.ts'
import { changesOf, newestOf } from './entry-changes.ts'

export type FollowDeps = {
  readonly ledger: Pick<LedgerReader, 'head' | 'entries'>
  /** Calls back, late or twice, when a log grew. Answers the function that ends it. */
  readonly onChange: (listener: (change: { readonly tenant: string }) => void) => () => void
  /** Whether the reader may still read; asked at every heartbeat. */
  readonly isWelcome: () => Promise<boolean>
}

export type FollowLimits = {
  /** Silence longer than this is broken, so that both sides know the line is up. */
  readonly heartbeatMs: number
  /** Entries of a moment are told together. */
  readonly gatherMs: number
  /** Then the reader connects again, and is asked again who it is. */
  readonly lifetimeMs: number
}

/** The console calls its data old after two missed heartbeats. */
export const FOLLOW_LIMITS: FollowLimits = {
  heartbeatMs: 10_000,
  gatherMs: 150,
  lifetimeMs: 15 * 60_000,
}

/** Further behind than this, reading everything again costs less than being told. */
const MAX_BEHIND = 500

/** Text of Server-Sent Events. Ends when `stop` fires, when its time is up or when the reader is not welcome. */
export async function* follow(
  deps: FollowDeps,
  tenant: string,
  lastSeen: number | undefined,
  stop: AbortSignal,
  limits: FollowLimits = FOLLOW_LIMITS,
): AsyncGenerator<string> {
  const bell = createBell(stop)
  const silence = deps.onChange((change) => {
    if (change.tenant === tenant) bell.ring()
  })
  const ending = AbortSignal.timeout(limits.lifetimeMs)
  try {
    const { size } = await deps.ledger.head(tenant)
    let next = Math.min(lastSeen === undefined ? size : lastSeen + 1, size)
    yield `retry: 2000\n${placeOf(next)}event: hello\ndata: {}\n\n`
    // Seen more than there is: this is another log, and nothing the reader holds is worth keeping.
    if (lastSeen !== undefined && lastSeen >= size) yield textOf([everything(next)], next)
    while (!stop.aborted && !ending.aborted) {
      const told = await tellFrom(deps, tenant, next)
      next = told.next
      if (told.text !== '') yield told.text
      const rang = await bell.wait(limits.heartbeatMs)
      if (rang) await bell.pause(limits.gatherMs)
      else if (await deps.isWelcome()) yield 'event: beat\ndata: {}\n\n'
      else return
    }
  } finally {
    silence()
  }
}

async function tellFrom(deps: FollowDeps, tenant: string, from: number) {
  const { size } = await deps.ledger.head(tenant)
  if (size <= from) return { next: from, text: '' }
  if (size - from > MAX_BEHIND) return { next: size, text: textOf([everything(size)], size) }
  const entries = await deps.ledger.entries(tenant, from, size)
  return { next: size, text: textOf(newestOf(entries.flatMap(changesOf)), size) }
}

function everything(next: number): Change {
  return { kind: 'everything', id: '*', version: Math.max(0, next - 1) }
}

/** Only the last one moves the reader's place: who is cut off in between is told again. */
function textOf(changes: readonly Change[], next: number): string {
  return changes
    .map((change, at) => {
      const place = at === changes.length - 1 ? placeOf(next) : ''
      return `${place}event: change\ndata: ${JSON.stringify(change)}\n\n`
    })
    .join('')
}

function placeOf(next: number): string {
  return next === 0 ? '' : `id: ${next - 1}\n`
}

/** A bell that remembers one ring. */
function createBell(stop: AbortSignal) {
  let hasRung = false
  let wake: (() => void) | undefined
  const sleep = (ms: number) =>
    new Promise<void>((done) => {
      const timer = setTimeout(done, ms)
      const end = () => {
        clearTimeout(timer)
        done()
      }
      wake = end
      stop.addEventListener('abort', end, { once: true })
    }).finally(() => {
      wake = undefined
    })
  return {
    ring: () => {
      hasRung = true
      wake?.()
    },
    /** Whether it rang before the time was up. */
    wait: async (ms: number): Promise<boolean> => {
      if (!hasRung && !stop.aborted) await sleep(ms)
      const rang = hasRung
      hasRung = false
      return rang
    },
    /** Lets more rings come, which then count as this one. */
    pause: async (ms: number): Promise<void> => {
      await new Promise<void>((done) => setTimeout(done, stop.aborted ? 0 : ms))
      hasRung = false
    },
  }
}
