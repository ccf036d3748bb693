/** Bytes as the log writes them, and its three hashes, by the browser's own SHA-256. */

export type Bytes = Uint8Array<ArrayBuffer>

export function ofHex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

export function ofBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}

export function joined(...parts: readonly Bytes[]): Bytes {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

export function isSame(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

/** RFC 6962: a leaf and a node never hash alike. */
export const leafHash = (entry: Bytes) => sha256(joined(Uint8Array.of(0), entry))
const nodeHash = (left: Bytes, right: Bytes) => sha256(joined(Uint8Array.of(1), left, right))

/** The root to which a leaf and its siblings lead (RFC 9162, 2.1.3.2); undefined when they do not fit the size. */
export async function rootFrom(
  leaf: Bytes,
  path: readonly Bytes[],
  { index, size }: { readonly index: number; readonly size: number },
): Promise<Bytes | undefined> {
  if (index >= size) return undefined
  let [at, last, hash] = [index, size - 1, leaf]
  for (const sibling of path) {
    if (last === 0) return undefined
    const isRight = at % 2 === 1 || at === last
    hash = isRight ? await nodeHash(sibling, hash) : await nodeHash(hash, sibling)
    while (isRight && at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    at = half(at)
    last = half(last)
  }
  return last === 0 ? hash : undefined
}

function half(count: number): number {
  return Math.floor(count / 2)
}

async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}
