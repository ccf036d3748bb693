/**
 * What must hold between the entries of a case or a tenant (DESIGN 3): the checker a stranger runs over the
 * record. It reads entries in log order and reports what breaks a rule; it never throws and never guesses.
 * The rules about calls, approvals and grants are in call-rules.ts, those about leases in lease-rules.ts, those about
 * plans in plan-rules.ts; here are order, citations and the sum.
 */
import { CallRules } from './call-rules.ts'
import type { InvariantFinding, InvariantReport, PlacedEntry, Report } from './finding.ts'
import { LeaseRules } from './lease-rules.ts'
import { PlanRules } from './plan-rules.ts'

/** Reads entries one by one, for logs that do not fit in memory at once. */
export class InvariantChecker {
  private readonly findings: InvariantFinding[] = []
  private readonly cases = new Map<string, { seq: number; leaf: string }>()
  private readonly seen = new Map<number, { id: string; leaf: string }>()
  private readonly calls: CallRules
  private readonly leases: LeaseRules
  private readonly plans: PlanRules
  private citedOutside = 0

  constructor() {
    const report: Report = (code, at, detail) =>
      this.findings.push({ code, index: at.index, detail })
    this.calls = new CallRules(report)
    this.leases = new LeaseRules(report)
    this.plans = new PlanRules(report)
  }

  /** The next entry in log order. */
  add(placed: PlacedEntry): void {
    this.checkCase(placed)
    this.checkCites(placed)
    this.leases.add(placed)
    this.calls.add(placed)
    this.plans.add(placed)
    this.seen.set(placed.index, { id: placed.entry.id, leaf: placed.leaf })
  }

  /** The sum over everything added so far. */
  report(): InvariantReport {
    return { findings: [...this.findings], citedOutside: this.citedOutside, ...this.calls.sum() }
  }

  private checkCase({ index, leaf, entry }: PlacedEntry): void {
    if (entry.case === undefined) return
    const { id, seq, prev } = entry.case
    const last = this.cases.get(id)
    const expected = last === undefined ? 0 : last.seq + 1
    if (seq !== expected) {
      this.findings.push({
        code: 'case_sequence_gap',
        index,
        detail: `${seq} where ${expected} was due`,
      })
    } else if (prev !== last?.leaf) {
      this.findings.push({ code: 'case_link_wrong', index, detail: 'the previous leaf is another' })
    }
    this.cases.set(id, { seq, leaf })
  }

  private checkCites({ index, entry }: PlacedEntry): void {
    for (const cite of entry.cites ?? []) {
      const cited = this.seen.get(cite.index)
      if (
        cite.index >= index ||
        (cited !== undefined && (cited.id !== cite.id || cited.leaf !== cite.leaf))
      ) {
        this.findings.push({
          code: 'citation_wrong',
          index,
          detail: `the entry at ${cite.index} is another`,
        })
      } else if (cited === undefined) {
        this.citedOutside++
      }
    }
  }
}

/** The report over entries in log order. */
export function checkInvariants(entries: Iterable<PlacedEntry>): InvariantReport {
  const checker = new InvariantChecker()
  for (const placed of entries) checker.add(placed)
  return checker.report()
}
