/**
 * What may be seen of recorded bytes. Secrets and special categories of data reach no screen, and leave the
 * installation in no export, whoever asks. Pure.
 */
const WITHHELD: readonly string[] = ['secret', 'special']

/** What a person reads on a screen; the whole of it is in the export of the case. Bytes. */
const MAX_SHOWN_BYTES = 64 * 1024

export function isWithheld(dataClass: string): boolean {
  return WITHHELD.includes(dataClass)
}

export type ShownText = { readonly text: string; readonly isCut: boolean }

/** The bytes as text for a screen; undefined when they are withheld. */
export function shownText(recorded: {
  readonly bytes: Uint8Array
  readonly dataClass: string
}): ShownText | undefined {
  const { bytes, dataClass } = recorded
  if (isWithheld(dataClass)) return undefined
  const text = new TextDecoder().decode(bytes.subarray(0, MAX_SHOWN_BYTES))
  return { text, isCut: bytes.length > MAX_SHOWN_BYTES }
}
