/**
 * Whether a request that carries the session cookie came from a page of this gateway. The cookie is
 * SameSite=Strict, but other ports of one host are the same site; so what the browser says about the page is
 * tested too, and a change carries a header that no form can send and no foreign page gets past CORS.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { Failure } from '../../kernel/failure.ts'

/** Every change the console sends carries it; any value counts. */
export const CONSOLE_HEADER = 'countersign-console'

/** Methods that only read, RFC 9110 section 9.2.1. */
const SAFE: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/** Throws `cross_site_refused`. */
export function requireSameSite(
  method: string,
  headers: IncomingHttpHeaders,
  baseUrl: string,
): void {
  const { origin, 'sec-fetch-site': site } = headers
  const isSafe = SAFE.includes(method)
  // `none` is somebody typing the address; nobody types a change.
  const isOurs = site === undefined || site === 'same-origin' || (site === 'none' && isSafe)
  if (!isOurs) refuse('another site asks')
  if (origin !== undefined && origin !== new URL(baseUrl).origin) refuse('another origin asks')
  if (isSafe) return
  if (origin === undefined && site === undefined)
    refuse('the request does not say where it is from')
  if (headers[CONSOLE_HEADER] === undefined) refuse(`a change needs the header ${CONSOLE_HEADER}`)
}

function refuse(detail: string): never {
  throw new Failure('cross_site_refused', detail)
}
