/**
 * The secret of a one-time link, taken out of the address before anything else happens, so that it stays neither
 * in the history nor in a screenshot. Where the link leads afterwards stays: it is no secret.
 */
let taken: string | undefined

export function takeLink(): string | undefined {
  const { hash, pathname, search } = globalThis.location
  if (pathname === '/login' && hash.length > 1) {
    taken = hash.slice(1)
    globalThis.history.replaceState(null, '', `/login${search}`)
  }
  return taken
}

/** Pages a link may lead to; anything else in the address leads to the board. */
const PAGES =
  /^\/(?:(?:approvals|changes)\/[\w-]{1,64}|standing-plans|people|start)(?:\?[\w&=,./-]{1,2010})?(?:#emergency)?$/

export type LoginSearch = { readonly to?: string | undefined }

/** What is left out would stay as it stood in the address, so a page we do not know is `undefined` by name. */
export function readLoginSearch({ to }: Readonly<Record<string, unknown>>): LoginSearch {
  return { to: typeof to === 'string' && PAGES.test(to) ? to : undefined }
}
