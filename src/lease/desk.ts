/**
 * Where a borrowed secret lies between its broker and the one frame it was borrowed for: in the memory of this node,
 * by the id of its lease, for one use. Whoever comes for it says what for; anything but the task, the tool and the
 * scope it was lent for, a second use or one after its end is turned away (R31, R55, R89).
 */
import type { Digest } from '../kernel/digest.ts'
import type { SecretMaterial } from './material.ts'
import type { HeldLease } from './ports.ts'
import type { LendingRule } from './rule.ts'
import { scopeDigest } from './scope.ts'

export type OnLoan = {
  readonly lease: HeldLease
  readonly rule: LendingRule
  readonly material: SecretMaterial
}

/** What it is wanted for, by the call that is about to be sent. */
export type Use = { readonly task: string; readonly tool: string; readonly scope: Digest }

/** Why it is not handed out. `used`: it was before, or was never here. */
export type Misuse = 'used' | 'task' | 'tool' | 'target' | 'expired'

export type Desk = {
  readonly lay: (loan: OnLoan) => void
  /** Hands it out and forgets it. One who asks wrongly gets nothing, and it stays for who asks rightly. */
  readonly take: (lease: string, use: Use, nowMs: number) => OnLoan | Misuse
  /** Forgets it, used or not. */
  readonly drop: (lease: string) => void
  readonly size: () => number
}

export function createDesk(): Desk {
  const lying = new Map<string, OnLoan>()
  return {
    lay: (loan) => void lying.set(loan.lease.id, loan),
    take: (id, use, nowMs) => {
      const loan = lying.get(id)
      if (loan === undefined) return 'used'
      const misuse = misuseOf(loan.lease, use)
      if (misuse !== undefined) return misuse
      lying.delete(id)
      return loan.lease.expiresAtMs <= nowMs ? 'expired' : loan
    },
    drop: (id) => void lying.delete(id),
    size: () => lying.size,
  }
}

function misuseOf(lease: HeldLease, use: Use): Misuse | undefined {
  if (lease.task !== use.task) return 'task'
  if (lease.scope.tool !== use.tool) return 'tool'
  return scopeDigest(lease.scope) === use.scope ? undefined : 'target'
}
