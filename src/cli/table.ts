/** Columns for people. Every cell is made safe to print: what an agent or a tool wrote cannot move the cursor. */
import { visible } from '../kernel/visible-text.ts'

/** Rows under their heads, columns aligned by two spaces, with the final newline. */
export function tableText(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [heads, ...rows.map((row) => row.map(visible))]
  const widths = heads.map((_, column) =>
    Math.max(...cells.map((row) => widthOf(row[column] ?? ''))),
  )
  const lines = cells.map((row) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}

/** `name: value` lines with the values aligned; members without a value are left out. */
export function listText(
  pairs: readonly (readonly [name: string, value: string | undefined])[],
): string {
  const given = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined)
  const width = Math.max(...given.map(([name]) => name.length))
  return given
    .map(
      ([name, value]) =>
        `${name.padEnd(width)}  ${value
          .split('\n')
          .map(visible)
          .join(`\n${' '.repeat(width + 2)}`)}\n`,
    )
    .join('')
}

/** Code points are close enough to columns for names and ids; what hides was written out before. */
function widthOf(text: string): number {
  return [...text].length
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}
