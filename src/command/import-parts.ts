/**
 * What the importers share. A row is read cell by cell; what is wrong with it is a fault with its line, its
 * column and the step that helps, never a throw, so that somebody mends a file once and not forty times.
 */
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { Doer } from './base.ts'

/** One record of a CSV file: where it starts, and its cells by the name of their column. */
export type CsvRow = { readonly line: number; readonly cells: Readonly<Record<string, string>> }

export type ImportFault = {
  readonly line: number
  readonly column?: string
  readonly problem: string
  readonly next: string
}

export type PlannedRow = {
  readonly line: number
  readonly change: 'new' | 'changed' | 'unchanged'
  /** What a person would call it: an address, or kind and name. */
  readonly what: string
  /** Whether it puts something on, or takes it off, the never-touch list. */
  readonly flips?: boolean
}

/** A row that is written by itself. */
export type WrittenRow = PlannedRow & {
  /** Writes it. Absent when nothing changes. */
  readonly write?: (tx: Tx) => Promise<EntryDraft>
}

export type ImportPlan = {
  readonly rows: readonly PlannedRow[]
  readonly faults: readonly ImportFault[]
  /** Writes all rows that change something; answers their entries, in their order. */
  readonly write: (tx: Tx) => Promise<readonly EntryDraft[]>
}

/** A plan whose rows are written one by one. */
export function rowByRow(rows: readonly WrittenRow[], faults: readonly ImportFault[]): ImportPlan {
  const write: ImportPlan['write'] = async (tx) => {
    const entries: EntryDraft[] = []
    for (const row of rows) if (row.write !== undefined) entries.push(await row.write(tx))
    return entries
  }
  return { rows, faults, write }
}

export type ImportInput = {
  readonly tenant: string
  readonly by: Doer
  readonly rows: readonly CsvRow[]
}

/** How spreadsheets start what they compute: such a cell would run when somebody opens an export. */
const FORMULA = /^[=+\-@\t\r]/

export type CellReader = {
  readonly faults: ImportFault[]
  /** The cell as `read` gives it; undefined, with a fault, when `read` refuses it. */
  readonly cell: <T>(row: CsvRow, column: string, read: (text: string) => T) => T | undefined
  readonly fault: (row: CsvRow, column: string, problem: string, next: string) => undefined
  /** The line that had this key before; the first one is remembered. */
  readonly seenBefore: (key: string, row: CsvRow) => number | undefined
}

export function cellReader(): CellReader {
  const faults: ImportFault[] = []
  const lines = new Map<string, number>()
  const fault: CellReader['fault'] = (row, column, problem, next) => {
    faults.push({ line: row.line, column, problem, next })
    return undefined
  }
  return {
    faults,
    fault,
    cell: (row, column, read) => {
      const text = row.cells[column] ?? ''
      if (FORMULA.test(text))
        return fault(row, column, 'starts like a formula', 'Remove the first character.')
      try {
        return read(text)
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        return fault(row, column, error.message, 'Correct the cell.')
      }
    },
    seenBefore: (key, row) => {
      const line = lines.get(key)
      if (line === undefined) lines.set(key, row.line)
      return line
    },
  }
}

/** A list in one cell, by blanks, `;` or `|`. */
export function wordsOf(text: string): readonly string[] {
  return text.split(/[\s;|]+/).filter((word) => word !== '')
}
