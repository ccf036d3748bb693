/** Which leases a stop leaves alone. */
import type { CreateTable } from './create-table.ts'

export const dutyTables = async ({ addColumns }: CreateTable): Promise<void> => {
  await addColumns('lease', { is_own: 'integer?' })
}
