/**
 * What somebody signed and took back stays on the books, with how often they signed: the next signature of theirs
 * under the same request is over another digest. Rows from before were signed once.
 */
import type { CreateTable } from './create-table.ts'

export const signedAgain = async ({ addColumns }: CreateTable): Promise<void> => {
  await addColumns('approval_signature', { times: 'integer?', withdrawn_at_ms: 'integer?' })
}
