/** What was asked, and what agents recommended, by time: figures over a span must not read all there ever was. */
import type { CreateTable } from './create-table.ts'

export const oversightIndexes = async ({ index }: CreateTable): Promise<void> => {
  await index('approval_request', ['tenant', 'created_at_ms'])
  await index('recommendation', ['tenant', 'at_ms'])
}
