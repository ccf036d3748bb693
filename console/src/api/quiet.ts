/** What nobody waits for comes when there is time for it. */
import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import { queryClient } from './query-client.ts'

/** Then it comes all the same. */
const LONGEST_MS = 1_500

/** A part of the page that may come after what people look at first. */
export function later<Props>(
  fetchPart: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => {
    await whenQuiet()
    return { default: await fetchPart() }
  })
}

/** Resolves once nothing is being asked for and the page has nothing more urgent to do. */
export async function whenQuiet(): Promise<void> {
  const endsAtMs = performance.now() + LONGEST_MS
  do await idle()
  while (queryClient.isFetching() > 0 && performance.now() < endsAtMs)
}

function idle(): Promise<void> {
  return new Promise((done) => {
    // Safari has no idle callback; there a timer lets the page draw in between.
    if (typeof requestIdleCallback === 'undefined') setTimeout(done, 50)
    else requestIdleCallback(() => done(), { timeout: 200 })
  })
}
