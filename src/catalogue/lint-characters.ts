/**
 * Characters that make a text show something else than it holds (Unicode TR36, TR39). What real languages need is
 * let through: joiners inside emoji and inside scripts that join letters, a variation selector after an emoji.
 */
import type { FindingCode } from './lint-finding.ts'

const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
/** Control characters beside tab and line ends, and the two separators that only some viewers break at. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029]/u
const JOINED_EMOJI =
  /(?<=\p{Extended_Pictographic}|\ufe0f|\p{Emoji_Modifier})\u200d(?=\p{Extended_Pictographic})/gu
const JOINED_LETTERS =
  /(?<=[\p{sc=Arab}\p{sc=Deva}\p{sc=Beng}\p{sc=Mlym}\p{sc=Sinh}\p{sc=Taml}\p{sc=Telu}\p{sc=Knda}\p{sc=Khmr}\p{M}])[\u200c\u200d](?=[\p{L}\p{M}])/gu
const EMOJI_STYLE = /(?<=\p{Emoji})\ufe0f/gu
/** Format, private and unassigned characters, blank fillers, and selectors outside their use. */
const INVISIBLE =
  /[\p{Cf}\p{Co}\p{Cn}\p{Variation_Selector}\u115f\u1160\u17b4\u17b5\u3164\uffa0\u{e0000}-\u{e0fff}]/u

const LETTERS: Readonly<Record<string, RegExp>> = {
  latin: /\p{sc=Latn}/u,
  cyrillic: /\p{sc=Cyrl}/u,
  greek: /\p{sc=Grek}/u,
  armenian: /\p{sc=Armn}/u,
  cherokee: /\p{sc=Cher}/u,
}
/** Latin letters dressed as mathematics, full width and the like; they read as words but match nothing. */
const DRESSED = /[\u{1d400}-\u{1d7ff}\uff21-\uff3a\uff41-\uff5a\u{1f130}-\u{1f189}\u24b6-\u24e9]/u

/** The codes of what is hidden in a text. */
export function hiddenIn(text: string): readonly FindingCode[] {
  const codes: FindingCode[] = []
  if (CONTROL.test(text)) codes.push('control-characters')
  if (BIDI.test(text)) codes.push('bidi-control')
  const rest = text
    .replace(JOINED_EMOJI, '')
    .replace(JOINED_LETTERS, '')
    .replace(EMOJI_STYLE, '')
    .replace(new RegExp(BIDI, 'gu'), '')
  if (INVISIBLE.test(rest)) codes.push('invisible-unicode')
  if (mixesAlphabets(text)) codes.push('homoglyph')
  return codes
}

/** Whether one word of the text draws its letters from two alphabets that look alike, or from dressed ones. */
function mixesAlphabets(text: string): boolean {
  if (DRESSED.test(text)) return true
  const words = text.match(/[\p{L}\p{M}\p{N}_]+/gu) ?? []
  return words.some((word) => {
    // Identifiers join words of different languages by "_"; a word in the middle of one is a word of its own.
    const parts = word.split(/[_\p{N}]+/u)
    return parts.some(
      (part) => Object.values(LETTERS).filter((script) => script.test(part)).length > 1,
    )
  })
}

/**
 * The text as a model may read it: tag characters as the letters they stand for, invisible ones gone, dressed
 * letters undressed (NFKC). Rules about wording look at this form.
 */
export function unmasked(text: string): string {
  return text
    .replace(/[\u{e0020}-\u{e007e}]/gu, (tag) =>
      String.fromCodePoint((tag.codePointAt(0) ?? 0) - 0xe0000),
    )
    .replace(/[\p{Cf}\p{Co}\p{Variation_Selector}\u3164\uffa0]/gu, '')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, ' ')
    .normalize('NFKC')
}

/** Look-alikes of Latin letters; enough for names, which are short and mostly ASCII (Unicode TR39 section 4). */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  а: 'a',
  в: 'b',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  ѕ: 's',
  і: 'i',
  ј: 'j',
  к: 'k',
  м: 'm',
  н: 'h',
  о: 'o',
  р: 'p',
  т: 't',
  у: 'y',
  х: 'x',
  ԝ: 'w',
  α: 'a',
  ο: 'o',
  ρ: 'p',
  ν: 'v',
  ι: 'i',
  κ: 'k',
  τ: 't',
  υ: 'u',
  ɡ: 'g',
  ı: 'i',
  ɑ: 'a',
  օ: 'o',
  ս: 'u',
  հ: 'h',
  '0': 'o',
  '1': 'l',
  '5': 's',
  '|': 'l',
}

/** Names are compared with all others at each listing, so each is folded once. */
const skeletons = new Map<string, string>()
const MAX_REMEMBERED = 20_000

/** What a name looks like at a glance: case, separators and look-alikes folded. */
export function skeleton(name: string): string {
  const known = skeletons.get(name)
  if (known !== undefined) return known
  if (skeletons.size >= MAX_REMEMBERED) skeletons.clear()
  const folded = unmasked(name)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}|]/gu, '')
  const plain = [...folded].map((char) => LOOK_ALIKES[char] ?? char).join('')
  const looks = plain.replaceAll('rn', 'm').replaceAll('i', 'l')
  skeletons.set(name, looks)
  return looks
}
