/** OpenLDAP with an account per order. slapd writes down every change it makes. */
import { DIRECTORY_ENTRIES, startDirectory } from '../../targets/directory.ts'
import type { RealTarget } from './real-target.ts'

export async function startOpenldap(count: number): Promise<RealTarget> {
  const accounts = Array.from({ length: count }, (_, at) => `person-${at}`)
  const { upstream, canBind, changes, stop } = await startDirectory(accounts)
  return {
    upstream,
    entries: DIRECTORY_ENTRIES,
    orders: accounts.map((account) => ({
      target: { kind: 'account', id: account },
      act: { name: 'disable_account', arguments: { account } },
      back: { name: 'enable_account', arguments: { account } },
    })),
    acts: async () =>
      changes().map(({ account, locks }) => ({
        name: locks ? 'disable_account' : 'enable_account',
        arguments: { account },
      })),
    isThere: async ({ target }) => !(await canBind(target.id)),
    stop,
  }
}
