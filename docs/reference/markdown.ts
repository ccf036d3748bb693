/** The little Markdown the generated pages need. */

/** Says at the head of each page where it comes from. */
export const GENERATED =
  '<!-- Written by docs/reference/generate.ts from the source. Change that, then run npm run docs:reference. -->'

/** A table; a `|` in a cell is escaped. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`
  return `${line(heads)}${line(heads.map(() => '---'))}${rows.map(line).join('')}`
}

export function code(text: string): string {
  return `\`${text}\``
}
