/**
 * Text that somebody else wrote, made safe to look at. Terminal, console and chat print it through this one
 * function, so that what is hidden to one reader is hidden to none.
 */

/**
 * A text in which every character that does not show, turns the direction or is blank in an unusual way is written as
 * `\u{...}`. Safe to print on a terminal.
 */
export function visible(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}\p{Variation_Selector}\u00a0\u115f\u1160\u2000-\u200a\u202f\u205f\u3000\u3164\uffa0]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
