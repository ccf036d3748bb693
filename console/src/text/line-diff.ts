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

/** How many lines are kept on each side of a change, so that one sees where it is. */
const AROUND = 3

export type ShownLine = DiffLine | { readonly kind: 'left'; readonly text: string }

/** The changes with a little around them; what is left out is counted. Nothing changed: everything. */
export function nearChanges(lines: readonly DiffLine[]): readonly ShownLine[] {
  const changed = lines.flatMap(({ kind }, at) => (kind === 'same' ? [] : [at]))
  if (changed.length === 0) return lines
  const isNear = new Uint8Array(lines.length)
  for (const at of changed) isNear.fill(1, Math.max(0, at - AROUND), at + AROUND + 1)
  const shown: ShownLine[] = []
  let left = 0
  const count = () => {
    if (left > 0) shown.push({ kind: 'left', text: left === 1 ? '1 line' : `${left} lines` })
    left = 0
  }
  lines.forEach((line, at) => {
    if (isNear[at] === 0) left += 1
    else {
      count()
      shown.push(line)
    }
  })
  count()
  return shown
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
