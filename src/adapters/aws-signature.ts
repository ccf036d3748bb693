/** AWS Signature Version 4 of one request, as AWS documents it: method, path, query, headers and body. */
import { createHash, createHmac } from 'node:crypto'
import type { InstantMs } from '../kernel/clock.ts'

export type SigningKey = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string
  readonly service: string
}

export type SignedRequest = {
  readonly method: string
  readonly url: URL
  /** In lower case; all of them are signed. `host` and `x-amz-date` are added. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const ALGORITHM = 'AWS4-HMAC-SHA256'

/** The headers to send: those given, `x-amz-date` and `authorization`. */
export function signedHeaders(
  { method, url, headers, body }: SignedRequest,
  key: SigningKey,
  nowMs: InstantMs,
): Readonly<Record<string, string>> {
  const at = new Date(nowMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '')
  const sent = { ...headers, 'x-amz-date': at }
  const signed = Object.entries({ ...sent, host: url.host }).toSorted(byName)
  const names = signed.map(([name]) => name).join(';')
  const request = [
    ...[method, url.pathname, queryOf(url)],
    ...signed.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}`),
    ...['', names, sha256(body)],
  ].join('\n')
  const scope = `${at.slice(0, 8)}/${key.region}/${key.service}/aws4_request`
  const toSign = [ALGORITHM, at, scope, sha256(request)].join('\n')
  const signature = keyed(signingKey(key, at.slice(0, 8)), toSign).toString('hex')
  const authorization = `${ALGORITHM} Credential=${key.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return { ...sent, authorization }
}

function queryOf(url: URL): string {
  return [...url.searchParams]
    .map(([name, value]): [string, string] => [percentEncoded(name), percentEncoded(value)])
    .toSorted(byName)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function signingKey({ secretAccessKey, region, service }: SigningKey, day: string): Buffer {
  return [region, service, 'aws4_request'].reduce(
    (key, part) => keyed(key, part),
    keyed(Buffer.from(`AWS4${secretAccessKey}`), day),
  )
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** RFC 3986: what `encodeURIComponent` leaves as it is, AWS encodes. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function keyed(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
