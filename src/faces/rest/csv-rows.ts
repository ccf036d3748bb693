/** A CSV file as rows with their lines (RFC 4180; BOM, CRLF and quotes as spreadsheets write them). */
import { CsvError, parse } from 'csv-parse/sync'
import type { CsvRow, ImportFault } from '../../command/import-parts.ts'
import { MAX_ROWS } from '../../command/import-rows.ts'

export type ReadCsv = { readonly rows: readonly CsvRow[]; readonly faults: readonly ImportFault[] }

type Columns = { readonly must: readonly string[]; readonly may: readonly string[] }
type Parsed = { readonly record: readonly string[]; readonly info: { readonly lines: number } }

const WAY_OUT = 'Save the file again as CSV with commas, UTF-8.'

export function readCsv(text: string, columns: Columns): ReadCsv {
  let parsed: readonly Parsed[]
  try {
    parsed = parse(text, {
      ...{ bom: true, info: true, trim: true, skip_empty_lines: true, relax_column_count: true },
      ...{ max_record_size: 16_384, to: MAX_ROWS + 2 },
    }) as unknown as readonly Parsed[]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = Number((error as { readonly lines?: number }).lines ?? 1)
    return { rows: [], faults: [{ line, problem: 'the line is no CSV', next: WAY_OUT }] }
  }
  const [heading, ...records] = parsed
  const names = (heading?.record ?? []).map((name) => name.toLowerCase())
  const fault = headingFault(names, columns)
  if (fault !== undefined) return { rows: [], faults: [{ line: 1, ...fault }] }
  if (records.length > MAX_ROWS) {
    const problem = `more than ${MAX_ROWS} rows`
    return { rows: [], faults: [{ line: MAX_ROWS + 2, problem, next: 'Split the file.' }] }
  }
  return rowsOf(names, records)
}

function headingFault(names: readonly string[], { must, may }: Columns) {
  const next = `The first line names the columns: ${[...must, ...may].join(',')}.`
  const missing = must.find((name) => !names.includes(name))
  if (missing !== undefined) return { column: missing, problem: 'the column is missing', next }
  const unknown = names.find((name) => !must.includes(name) && !may.includes(name))
  if (unknown !== undefined)
    return { column: unknown.slice(0, 40), problem: 'the column is unknown', next }
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  return twice === undefined
    ? undefined
    : { column: twice, problem: 'the column is there twice', next }
}

function rowsOf(names: readonly string[], records: readonly Parsed[]): ReadCsv {
  const faults: ImportFault[] = []
  const rows = records.flatMap(({ record, info }): CsvRow[] => {
    if (record.length !== names.length) {
      const problem = `${record.length} cells under ${names.length} columns`
      faults.push({ line: info.lines, problem, next: 'Quote cells that hold a comma.' })
      return []
    }
    const cells = Object.fromEntries(names.map((name, at) => [name, record[at] ?? '']))
    return [{ line: info.lines, cells }]
  })
  return { rows, faults }
}
