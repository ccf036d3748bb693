/** Sabotages of borrowing: what is lent is broad, long, left behind, or for anybody. */
import type { Sabotage } from './sabotage.ts'

export const LENDING_SABOTAGES: readonly Sabotage[] = [
  {
    name: 'broad-unseen',
    module: 'src/lease/need.ts',
    export: 'broadCredentials',
    body: 'return []',
  },
  {
    // The least of three limits becomes a day.
    name: 'lives-too-long',
    module: 'src/lease/rule.ts',
    export: 'ttlOf',
    body: 'return 86_400_000',
  },
  {
    // What a gateway had borrowed when it died is nobody's business.
    name: 'leaves-leases',
    module: 'src/enforcement/end-leases.ts',
    export: 'endLeft',
    body: 'return 0',
    first: 'test/lending/after-a-crash.test.ts',
  },
  {
    // Whoever asks is given what lies there, again and again.
    name: 'desk-hands-out',
    module: 'src/lease/desk.ts',
    export: 'createDesk',
    body: `const all = new Map()
      return { ...original(), lay: (loan) => all.set(loan.lease.id, loan), take: (id) => all.get(id) }`,
  },
]
