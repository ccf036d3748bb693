/** Takes an export apart into lines and puts it together again with a right last line, as a forger would. */
import { createHash } from 'node:crypto'

export function linesOf(file: Uint8Array): string[] {
  return Buffer.from(file).toString('latin1').split('\n').slice(0, -2)
}

/** The file of these lines, with a last line that fits them. */
export function seal(lines: readonly string[]): Uint8Array {
  const content = Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1')
  const sha256 = createHash('sha256').update(content).digest('hex')
  return Buffer.concat([content, Buffer.from(`{"sha256":"${sha256}"}\n`)])
}

/** Changes one line's JSON. Keys of the result are sorted, as the format asks. */
export function edit(line: string, change: (value: Record<string, unknown>) => void): string {
  const value = JSON.parse(line)
  change(value)
  return sorted(value)
}

function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${sorted(member)}`).join(',')}}`
}
