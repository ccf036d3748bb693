/** What runs now, by task and without reading all there ever was: the shift board asks at every change. */
import type { CreateTable } from './create-table.ts'

export const runningIndexes = async ({ index }: CreateTable): Promise<void> => {
  await index('task', ['tenant', 'state', 'opened_at_ms'])
  await index('effect_record', ['tenant', 'task', 'acted_at_ms'])
}
