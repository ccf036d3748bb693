/** Instants in the viewer's zone with UTC on hover, ages that grow and clocks that run out. */
import { useSyncExternalStore } from 'react'
import { leftText, localText, spanText, utcText } from '../text/time.ts'

/** One timer for all clocks of the page, so that they turn together. */
const ticking = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let nowMs = Date.now()

function subscribe(listener: () => void): () => void {
  ticking.add(listener)
  timer ??= setInterval(tick, 1_000)
  return () => {
    ticking.delete(listener)
    if (ticking.size === 0) clearInterval(timer)
    if (ticking.size === 0) timer = undefined
  }
}

function tick(): void {
  nowMs = Date.now()
  for (const listener of ticking) listener()
}

/** The time of day in milliseconds, once a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs)
}

export function When({ atMs }: { readonly atMs: number }) {
  return (
    <time dateTime={new Date(atMs).toISOString()} title={utcText(atMs)}>
      {localText(atMs, Date.now())}
    </time>
  )
}

export function Age({ atMs }: { readonly atMs: number }) {
  const now = useNow()
  return (
    <time dateTime={new Date(atMs).toISOString()} title={utcText(atMs)}>
      {spanText(now - atMs)}
    </time>
  )
}

export function Left({ untilMs }: { readonly untilMs: number }) {
  const now = useNow()
  return (
    <time dateTime={new Date(untilMs).toISOString()} title={utcText(untilMs)}>
      {leftText(untilMs - now)}
    </time>
  )
}
