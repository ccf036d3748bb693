/** What the verifier found out, and how that becomes an exit code. */
import type { ActionRecord } from './actions.ts'

/**
 * `failed`: something is false. `incomplete`: nothing is false, but something that was asked for cannot be
 * known from this file. `note`: worth saying, changes nothing.
 */
export type CheckState = 'ok' | 'failed' | 'incomplete' | 'note'

export type CheckName =
  | 'file'
  | 'log'
  | 'entries'
  | 'case'
  | 'payloads'
  | 'rules'
  | 'approvals'
  | 'trust'
  | 'witnesses'

export type Check = {
  readonly name: CheckName
  readonly state: CheckState
  /** One sentence with the numbers in it. */
  readonly text: string
  /** Each single finding, by code; present when there are any. */
  readonly findings?: readonly {
    readonly code: string
    readonly index?: number
    readonly detail: string
  }[]
}

/** Exit codes of the verifier (DESIGN 11). 1 and 2 (unreadable file, usage) belong to main.ts. */
export const EXIT = { verified: 0, unreadable: 1, usage: 2, failed: 5, incomplete: 8 } as const

export type Verdict = {
  readonly exitCode: 0 | 5 | 8
  /** The verdict in words: what may be claimed and no more. */
  readonly summary: string
  readonly checks: readonly Check[]
  /** What the file is about; present once the file could be read and its entries are proved. */
  readonly subject?: {
    readonly tenant: string
    readonly case: string
    readonly origin: string
    readonly treeSize: number
    readonly entries: number
    readonly verifierKey: string
  }
  /** Each governed call of the case; present unless verification failed. */
  readonly actions?: readonly ActionRecord[]
}

/** The verdict over all checks: one failure fails it, one gap leaves it incomplete. */
export function conclude(
  checks: readonly Check[],
): Pick<Verdict, 'exitCode' | 'summary' | 'checks'> {
  const failed = checks.filter((check) => check.state === 'failed')
  const incomplete = checks.filter((check) => check.state === 'incomplete')
  if (failed.length > 0) {
    return { exitCode: EXIT.failed, summary: `verification FAILED: ${names(failed)}`, checks }
  }
  if (incomplete.length === 1 && incomplete[0]?.name === 'trust') {
    return {
      exitCode: EXIT.incomplete,
      summary: `self-consistent, signer not trusted${witnessed(checks)}`,
      checks,
    }
  }
  if (incomplete.length > 0) {
    return {
      exitCode: EXIT.incomplete,
      summary: `verification incomplete: ${names(incomplete)}${witnessed(checks)}`,
      checks,
    }
  }
  return { exitCode: EXIT.verified, summary: `verified${witnessed(checks)}`, checks }
}

function witnessed(checks: readonly Check[]): string {
  const isWitnessed = checks.some((check) => check.name === 'witnesses' && check.state === 'ok')
  return isWitnessed ? ', independently witnessed' : ', not independently witnessed'
}

function names(checks: readonly Check[]): string {
  return checks.map((check) => check.name).join(', ')
}
