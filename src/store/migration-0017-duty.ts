/** Which leases a stop leaves alone, and who answers for a running plan since it was handed over. */
import type { CreateTable } from './create-table.ts'

export const dutyTables = async ({ addColumns }: CreateTable): Promise<void> => {
  await addColumns('lease', { is_own: 'integer?' })
  await addColumns('plan', { holder: 'text?' })
}
