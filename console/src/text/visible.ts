/**
 * Text that somebody else wrote, split so that what does not show can be shown. The class of characters is the
 * one of the command line (kernel/visible-text.ts): what is hidden to one reader is hidden to none.
 */

export type Piece = {
  readonly kind: 'plain' | 'hidden'
  readonly text: string
  readonly at: number
}

const HIDDEN =
  /[\p{C}\p{Zl}\p{Zp}\p{Variation_Selector}\u00a0\u115f\u1160\u2000-\u200a\u202f\u205f\u3000\u3164\uffa0]/gu

/** In order and without loss: the plain pieces and the names of the hidden characters between them. */
export function piecesOf(text: string, keepLines = false): readonly Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const found of text.matchAll(HIDDEN)) {
    const char = found[0]
    if (keepLines && char === '\n') continue
    if (found.index > from)
      pieces.push({ kind: 'plain', text: text.slice(from, found.index), at: from })
    pieces.push({ kind: 'hidden', text: nameOf(char), at: found.index })
    from = found.index + char.length
  }
  if (from < text.length) pieces.push({ kind: 'plain', text: text.slice(from), at: from })
  return pieces
}

/** The same as one string, for attributes and titles. */
export function visible(text: string): string {
  return piecesOf(text)
    .map(({ kind, text: shown }) => (kind === 'hidden' ? `⟨${shown}⟩` : shown))
    .join('')
}

/** Letters outside ASCII by number: a Cyrillic `а` (U+0430) is not a Latin `a`. At most eight are named. */
export function foreignLetters(text: string): readonly string[] {
  const letters = new Set(text.match(/\p{L}/gu)?.filter((letter) => letter > '\u024f') ?? [])
  return [...letters].slice(0, 8).map((letter) => `${letter} ${codePoint(letter)}`)
}

function nameOf(char: string): string {
  if (char === '\n') return '↵'
  if (char === '\t') return '⇥'
  return codePoint(char)
}

function codePoint(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
