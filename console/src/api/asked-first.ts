/** Answers that were asked for before the console had come (ask-first.ts). Each is taken once, while it is fresh. */

export type Asked = { readonly answer: Promise<Response>; readonly atMs: number }

declare global {
  var countersignAsked: Map<string, Asked> | undefined
}

/** A console that takes longer to come asks again: what was true then may not be now. */
const FRESH_MS = 5_000

export function takeAsked(path: string): Promise<Response> | undefined {
  const asked = globalThis.countersignAsked?.get(path)
  globalThis.countersignAsked?.delete(path)
  if (asked === undefined || performance.now() - asked.atMs > FRESH_MS) return undefined
  return asked.answer
}
