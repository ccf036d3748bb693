/** What changed between two texts, line by line: the longest common part stays, the rest is taken or added. Pure. */

export type DiffLine = { readonly kind: 'same' | 'gone' | 'new'; readonly text: string }

/** Beyond this many pairs of lines the whole of both texts is shown: comparing grows with the product. */
const MAX_PAIRS = 1_000_000

export function lineDiff(before: string, after: string): readonly DiffLine[] {
  const a = before.split('\n')
  const b = after.split('\n')
  if (a.length * b.length > MAX_PAIRS) return [...a.map(gone), ...b.map(added)]
  const common = commonLengths(a, b)
  const lines: DiffLine[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]]
    if (left !== undefined && left === right) {
      lines.push({ kind: 'same', text: left })
      i += 1
      j += 1
    } else if (left !== undefined && lengthAt(common, i + 1, j) >= lengthAt(common, i, j + 1)) {
      lines.push(gone(left))
      i += 1
    } else if (right !== undefined) {
      lines.push(added(right))
      j += 1
    } else if (left !== undefined) {
      lines.push(gone(left))
      i += 1
    }
  }
  return lines
}

/** `[i][j]`: how many lines the rests from i and j have in common. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly Uint32Array[] {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = rows[i] as Uint32Array
      row[j] =
        a[i] === b[j]
          ? lengthAt(rows, i + 1, j + 1) + 1
          : Math.max(lengthAt(rows, i + 1, j), lengthAt(rows, i, j + 1))
    }
  return rows
}

function lengthAt(rows: readonly Uint32Array[], i: number, j: number): number {
  return rows[i]?.[j] ?? 0
}

function gone(text: string): DiffLine {
  return { kind: 'gone', text }
}

function added(text: string): DiffLine {
  return { kind: 'new', text }
}
