/** What is asked for when an agent is registered, and what is wrong with it so far. The gateway has the last word. Pure. */

export type Draft = {
  readonly name: string
  readonly subject: string
  /** Person id. */
  readonly owner: string
  /** One a line. */
  readonly grants: string
  /** A public JWK as text. */
  readonly key: string
  readonly reason: string
}

export const EMPTY: Draft = { name: '', subject: '', owner: '', grants: '', key: '', reason: '' }

/** RFC 7518 section 6: members that are never shown to anybody. */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** The first thing that is missing or wrong, in the words of the form; undefined when it can be sent. */
export function faultOf(draft: Draft): string | undefined {
  if (!/^[a-z0-9-]{1,40}$/.test(draft.name)) return 'It needs a name.'
  if (!/^[\x21-\x7e]{1,255}$/.test(draft.subject)) return 'It needs the identity of its workload.'
  if (draft.owner === '') return 'Somebody has to answer for it.'
  const key = keyIn(draft.key)
  if (key === undefined) return 'It needs its public key.'
  if (PRIVATE.some((name) => Object.hasOwn(key, name)))
    return 'This is the private half of a key. It is not sent; paste the public one.'
  if (draft.reason.trim() === '') return 'Say why: a second person may have to confirm it.'
  return undefined
}

export function grantsOf(text: string): readonly string[] {
  return text
    .split(/\s+/)
    .map((grant) => grant.trim())
    .filter(Boolean)
}

/** Only what a public key is made of leaves the page. */
export function publicKeyOf(text: string): object {
  const { kty, crv, x, y } = keyIn(text) ?? {}
  return { kty, crv, x, ...(y === undefined ? {} : { y }) }
}

function keyIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject && 'kty' in value ? (value as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}
