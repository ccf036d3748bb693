/** What the agent asks the log store, and how it reads the rows. The log is written by strangers. */
import { isIPv4 } from 'node:net'
import { z } from 'zod'

export type Suspect = {
  readonly address: string
  readonly failures: number
  readonly accounts: number
  readonly firstSeen: string
  readonly lastSeen: string
  /** How far the address is ahead of the second, 0 to 1; what the agent calls its confidence. */
  readonly lead: number
}

/** Failed passwords by source address, the most first. */
export const FAILURES_BY_SOURCE = `SELECT source_address, SUM(repeats) AS failures,
  COUNT(DISTINCT account) AS accounts, MIN(at) AS first_seen, MAX(at) AS last_seen
FROM auth_log
WHERE event = 'failed_password' AND source_address IS NOT NULL
GROUP BY source_address
ORDER BY failures DESC, source_address
LIMIT 5`

/** How often a password of the address was accepted. Throws on anything but an IPv4 address. */
export function acceptedFrom(address: string): string {
  // The address comes from the log; only a real one may become part of a statement.
  if (!isIPv4(address)) throw new Error(`not an IPv4 address: ${address}`)
  return `SELECT COUNT(*) AS accepted FROM auth_log
WHERE event = 'accepted_password' AND source_address = '${address}'`
}

const rowsOf = <Row extends z.ZodType>(row: Row) =>
  z.object({
    data: z.object({ statements: z.array(z.object({ rows: z.array(row) })).min(1) }),
  })
const sourceRow = z.object({
  source_address: z.ipv4(),
  failures: z.int(),
  accounts: z.int(),
  first_seen: z.string(),
  last_seen: z.string(),
})
const acceptedRow = z.object({ accepted: z.int() })

/** The brute-forcing address in the log store's answer to `FAILURES_BY_SOURCE`; undefined for an empty log. */
export function suspectIn(answer: unknown): Suspect | undefined {
  const rows = rowsOf(sourceRow).parse(answer).data.statements[0]?.rows ?? []
  const [first, second] = rows
  if (first === undefined) return undefined
  return {
    address: first.source_address,
    failures: first.failures,
    accounts: first.accounts,
    firstSeen: first.first_seen,
    lastSeen: first.last_seen,
    lead: Number((1 - (second?.failures ?? 0) / first.failures).toFixed(2)),
  }
}

/** The number in the log store's answer to `acceptedFrom`. */
export function acceptedIn(answer: unknown): number {
  return rowsOf(acceptedRow).parse(answer).data.statements[0]?.rows[0]?.accepted ?? 0
}
