/** Which leases a stop leaves alone, who answers for a running plan, and with what a shift was entered. */
import type { CreateTable } from './create-table.ts'

export const dutyTables = async ({ addColumns }: CreateTable): Promise<void> => {
  await addColumns('lease', { is_own: 'integer?' })
  await addColumns('plan', { holder: 'text?' })
  await addColumns('shift', { by_token: 'integer?' })
}
