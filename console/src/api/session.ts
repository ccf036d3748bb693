/**
 * What proves who sits here. A session is an HttpOnly cookie this code never sees; an API token pasted at the
 * login page lives in this module and dies with the tab. Nothing is ever written to storage.
 */

let token: string | undefined

export function keepToken(given: string): void {
  token = given.trim()
}

/** Whether questions are asked by the session alone. */
export function isBySession(): boolean {
  return token === undefined
}

export function forgetToken(): void {
  token = undefined
}

/** Sent with every request. The gateway takes a change by cookie only from a page that can set this header. */
export function proofHeaders(): Readonly<Record<string, string>> {
  return token === undefined ? { 'countersign-console': '1' } : { authorization: `Bearer ${token}` }
}
