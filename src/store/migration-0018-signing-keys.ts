/** With which key each yes was signed, so that ending one key ends what that key signed. */
import type { CreateTable } from './create-table.ts'

export const signingKeyTables = async ({ addColumns }: CreateTable): Promise<void> => {
  await addColumns('approval_signature', { passkey: 'text?' })
  await addColumns('approval_grant', { passkeys: 'text?' })
  await addColumns('standing_plan', { passkey: 'text?' })
}
