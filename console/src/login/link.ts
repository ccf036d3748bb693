/**
 * The secret of a one-time link, taken out of the address before anything else happens, so that it stays neither
 * in the history nor in a screenshot.
 */
let taken: string | undefined

export function takeLink(): string | undefined {
  const { hash, pathname } = globalThis.location
  if (pathname === '/login' && hash.length > 1) {
    taken = hash.slice(1)
    globalThis.history.replaceState(null, '', '/login')
  }
  return taken
}
