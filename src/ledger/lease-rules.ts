/**
 * The rules of a lease's life: none without a decision that lets its call pass; a borrowed one only after it was
 * asked for, as it was asked for, and for no longer than that or than its task lasts; nothing with it after its end. As
 * elsewhere a citation counts only when the cited entry was read before, so no lease precedes its decision.
 */
import type { PlacedEntry, Report } from './finding.ts'

type Decision = { readonly call: string | undefined; readonly permits: boolean }
type Wish = Pick<PlacedEntry, 'entry'>

/** What an issue shares with its request. */
const SAME = ['lease', 'kind', 'tool', 'broker', 'scope'] as const
const ENDS = ['lease.ending', 'lease.revoked', 'lease.left']

export class LeaseRules {
  private readonly report: Report
  private readonly decisions = new Map<string, Decision>()
  /** When each task ends. */
  private readonly tasks = new Map<string, number>()
  private readonly wishes = new Map<string, Wish>()
  private readonly issued = new Set<string>()
  private readonly ended = new Set<string>()

  constructor(report: Report) {
    this.report = report
  }

  add(at: PlacedEntry): void {
    const { type } = at.entry
    if (type === 'task.opened') this.tasks.set(String(at.entry.data.task), endOf(at))
    else if (type === 'tool.call.decided') this.decided(at)
    else if (type === 'lease.requested') this.requested(at)
    else if (type === 'lease.issued') this.leaseIssued(at)
    else if (type === 'tool.call.dispatched') this.checkAlive(at)
    else if (ENDS.includes(type)) this.ended.add(leaseOf(at))
  }

  private decided({ entry }: PlacedEntry): void {
    const permits = entry.data.decision === 'allow' || entry.data.enforced === false
    this.decisions.set(entry.id, { call: entry.call, permits })
  }

  private requested(at: PlacedEntry): void {
    this.checkDecided(at)
    this.wishes.set(at.entry.id, at)
  }

  private leaseIssued(at: PlacedEntry): void {
    const lease = leaseOf(at)
    this.checkDecided(at)
    if (at.entry.data.kind !== 'local') this.checkRequested(at)
    if (this.issued.has(lease)) this.report('lease_issued_twice', at, `lease ${lease}`)
    this.issued.add(lease)
    this.checkAlive(at)
  }

  private checkDecided(at: PlacedEntry): void {
    const decisions = cited(at, this.decisions)
    if (decisions.some(({ call, permits }) => call === at.entry.call && permits)) return
    this.report('lease_without_decision', at, 'it cites no decision that lets the call pass')
  }

  /** Whoever borrows has written down before what for and for how long. */
  private checkRequested(at: PlacedEntry): void {
    const { call, data } = at.entry
    const wish = cited(at, this.wishes).find(
      ({ entry }) =>
        entry.call === call && SAME.every((field) => entry.data[field] === data[field]),
    )
    if (wish === undefined) {
      this.report('lease_without_request', at, 'it cites no request for this very lease')
      return
    }
    if (endOf(at) - Date.parse(wish.entry.time) > Number(wish.entry.data.ttl_ms)) {
      this.report('lease_outlives_request', at, `lease ${leaseOf(at)}`)
    }
    // What the gateway does itself, an undo or a probe, works on after the task.
    const isOfAgent = at.entry.actor.kind === 'agent'
    const taskEndMs = this.tasks.get(String(data.task)) ?? Number.POSITIVE_INFINITY
    if (isOfAgent && endOf(at) > taskEndMs) {
      this.report('lease_outlives_task', at, `lease ${leaseOf(at)}`)
    }
  }

  private checkAlive(at: PlacedEntry): void {
    const lease = leaseOf(at)
    if (this.ended.has(lease)) this.report('lease_ended', at, `lease ${lease} had ended before`)
  }
}

/** The writer's claim, like every time. */
function endOf({ entry }: PlacedEntry): number {
  return Date.parse(String(entry.data.expires))
}

function leaseOf({ entry }: PlacedEntry): string {
  return String(entry.data.lease)
}

function cited<T>({ entry }: PlacedEntry, from: ReadonlyMap<string, T>): readonly T[] {
  return (entry.cites ?? []).flatMap(({ id }) => from.get(id) ?? [])
}
