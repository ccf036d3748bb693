/** Many people, roles, certificates or assets from one CSV file, on the wire. */
import { z } from 'zod'
import { receipt, text } from './words.ts'

export const importKind = z.enum(['people', 'roles', 'certificates', 'assets'])
export const importParams = z.strictObject({ kind: importKind })
/** `csv`: the file as it is, with its heading. `dry_run` unless said otherwise. */
export const importBody = z.strictObject({ csv: text, dry_run: z.boolean().default(true) })

export const importAnswer = z.object({
  applied: z.boolean(),
  counts: z.object({ new: z.int(), changed: z.int(), unchanged: z.int() }),
  /** The first 200 that would change, or did. */
  rows: z.array(
    z.object({ line: z.int(), change: z.enum(['new', 'changed', 'unchanged']), what: z.string() }),
  ),
  /** With any, nothing is applied. The first 200. */
  faults: z.array(
    z.object({
      line: z.int(),
      column: z.string().optional(),
      problem: z.string(),
      next: z.string(),
    }),
  ),
  faulty: z.int(),
  receipts: z.array(receipt),
})
