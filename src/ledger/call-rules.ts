/**
 * The rules of a call's life: nothing is sent without an earlier decision that lets it pass and a lease,
 * once per attempt, with one final outcome; a person's yes is used once and only for what was asked.
 * A citation counts only when the cited entry was read before, so a record that leaves out a decision does
 * not pass by naming it.
 */
import type { PlacedEntry, Report } from './finding.ts'

type Decision = {
  call: string
  fingerprint: string
  permits: boolean
  isEnforced: boolean
  request: string | undefined
}
type Lease = { call: string; lease: string; tool: string }
type Dispatch = { index: number; call: string; outcome: 'none' | 'unknown' | 'final' }
type Request = {
  digest: string
  fingerprint: string | undefined
  end: 'granted' | 'refused' | undefined
}
type Grant = { request: string; used: boolean; voided: boolean }
type At = { readonly index: number; readonly call: string }

export class CallRules {
  private readonly report: Report
  private readonly decisions = new Map<string, Decision>()
  private readonly leases = new Map<string, Lease>()
  private readonly dispatches = new Map<string, Dispatch>()
  private readonly attempts = new Set<string>()
  private readonly lastDispatch = new Map<string, Dispatch>()
  private readonly requests = new Map<string, Request>()
  private readonly grants = new Map<string, Grant>()
  private readonly monitored: At[] = []

  constructor(report: Report) {
    this.report = report
  }

  add(at: PlacedEntry): void {
    const { type } = at.entry
    if (type === 'tool.call.decided') this.decided(at)
    else if (type === 'lease.issued') this.leaseIssued(at)
    else if (type === 'tool.call.dispatched') this.dispatched(at)
    else if (type === 'tool.call.outcome') this.outcome(at)
    else if (type === 'approval.requested') this.requested(at)
    else if (type === 'approval.granted' || type === 'approval.emergency') this.granted(at)
    else if (type === 'grant.voided') this.voided(at)
    else if (
      type === 'approval.denied' ||
      type === 'approval.expired' ||
      type === 'approval.cancelled'
    )
      this.refused(at)
    else if (type.startsWith('approval.')) this.knownRequest(at)
  }

  sum(): { open: At[]; unknown: At[]; monitored: At[]; dispatched: number } {
    const all = [...this.dispatches.values()]
    const those = (outcome: Dispatch['outcome']): At[] =>
      all.filter((each) => each.outcome === outcome).map(({ index, call }) => ({ index, call }))
    return {
      open: those('none'),
      unknown: those('unknown'),
      monitored: [...this.monitored],
      dispatched: all.length,
    }
  }

  private decided(at: PlacedEntry): void {
    const { entry } = at
    const call = this.callOf(at)
    const request = text(at, 'request')
    const isEnforced = entry.data.enforced !== false
    const permits = entry.data.decision === 'allow' || !isEnforced
    const decision = {
      call,
      fingerprint: text(at, 'fingerprint') ?? '',
      permits,
      isEnforced,
      request,
    }
    this.decisions.set(entry.id, decision)
    if (request === undefined) return
    // A held decision and its request are one commit, in either order; both fix the fingerprint.
    const known = this.requests.get(request) ?? {
      digest: '',
      fingerprint: undefined,
      end: undefined,
    }
    if (known.fingerprint !== undefined && known.fingerprint !== decision.fingerprint) {
      this.report(
        'request_for_other_action',
        at,
        `request ${request} was raised for another fingerprint`,
      )
    }
    this.requests.set(request, { ...known, fingerprint: known.fingerprint ?? decision.fingerprint })
  }

  private leaseIssued(at: PlacedEntry): void {
    this.leases.set(at.entry.id, {
      call: this.callOf(at),
      lease: text(at, 'lease') ?? '',
      tool: text(at, 'tool') ?? '',
    })
  }

  private dispatched(at: PlacedEntry): void {
    const call = this.callOf(at)
    const fingerprint = text(at, 'fingerprint')
    const decision = this.cited(at, this.decisions).find(
      (each) => each.call === call && each.fingerprint === fingerprint && each.permits,
    )
    if (decision === undefined)
      this.report('dispatch_without_decision', at, 'it cites no decision that lets the call pass')
    const hasLease = this.cited(at, this.leases).some(
      ({ call: other, lease, tool }) =>
        other === call && lease === text(at, 'lease') && tool === text(at, 'tool'),
    )
    if (!hasLease) this.report('dispatch_without_lease', at, 'it cites no lease of this call')
    const attempt = `${call}/${String(at.entry.data.attempt)}`
    if (this.attempts.has(attempt))
      this.report('attempt_dispatched_twice', at, `attempt ${attempt}`)
    this.attempts.add(attempt)
    this.checkGrant(at, decision)
    if (decision?.isEnforced === false) this.monitored.push({ index: at.index, call })
    const dispatch: Dispatch = { index: at.index, call, outcome: 'none' }
    this.dispatches.set(at.entry.id, dispatch)
    this.lastDispatch.set(call, dispatch)
  }

  private checkGrant(at: PlacedEntry, decision: Decision | undefined): void {
    const id = text(at, 'grant')
    const asked = decision?.isEnforced === true ? decision.request : undefined
    if (asked !== undefined && this.requests.get(asked)?.end === 'refused') {
      this.report('dispatch_after_refusal', at, `request ${asked} had ended without a yes`)
    }
    if (id === undefined) {
      if (asked !== undefined)
        this.report('dispatch_without_grant', at, `request ${asked} has no grant here`)
      return
    }
    const grant = this.grants.get(id)
    if (grant === undefined) {
      this.report('grant_unknown', at, `grant ${id}`)
      return
    }
    const request = this.requests.get(grant.request)
    if (grant.used) this.report('grant_used_twice', at, `grant ${id}`)
    if (grant.voided) this.report('grant_voided', at, `grant ${id}`)
    if (request?.end === 'refused' && grant.request !== asked) {
      this.report('dispatch_after_refusal', at, `request ${grant.request} had ended without a yes`)
    }
    const isSame =
      request?.fingerprint === text(at, 'fingerprint') &&
      (asked === undefined || asked === grant.request)
    if (!isSame) this.report('grant_for_other_action', at, `grant ${id}`)
    grant.used = true
  }

  private outcome(at: PlacedEntry): void {
    const call = this.callOf(at)
    const cited = this.cited(at, this.dispatches).find((dispatch) => dispatch.call === call)
    const dispatch = cited ?? this.lastDispatch.get(call)
    if (dispatch === undefined) {
      this.report('outcome_without_dispatch', at, `call ${call}`)
      return
    }
    // "unknown" may be settled once by a later probe; nothing may follow a settled outcome.
    const next = text(at, 'outcome') === 'unknown' ? 'unknown' : 'final'
    if (dispatch.outcome === 'final' || dispatch.outcome === next)
      this.report('outcome_twice', at, `call ${call}`)
    else dispatch.outcome = next
  }

  private requested(at: PlacedEntry): void {
    const id = text(at, 'request') ?? ''
    const known = this.requests.get(id)
    const digest = text(at, 'action_digest') ?? ''
    if (known !== undefined && known.digest !== '')
      this.report('request_for_other_action', at, `request ${id} was raised before`)
    this.requests.set(id, { fingerprint: undefined, end: undefined, ...known, digest })
  }

  private granted(at: PlacedEntry): void {
    const request = this.knownRequest(at)
    const grant = text(at, 'grant') ?? ''
    if (request === undefined) return
    if (request.end !== undefined)
      this.report('request_closed_twice', at, `request ${text(at, 'request') ?? ''}`)
    else request.end = 'granted'
    if (this.grants.has(grant))
      this.report('grant_used_twice', at, `grant ${grant} was made before`)
    else this.grants.set(grant, { request: text(at, 'request') ?? '', used: false, voided: false })
  }

  private voided(at: PlacedEntry): void {
    this.knownRequest(at)
    const id = text(at, 'grant') ?? ''
    const grant = this.grants.get(id)
    if (grant === undefined) this.report('grant_unknown', at, `grant ${id}`)
    else grant.voided = true
  }

  private refused(at: PlacedEntry): void {
    const request = this.knownRequest(at)
    if (request === undefined) return
    if (request.end !== undefined)
      this.report('request_closed_twice', at, `request ${text(at, 'request') ?? ''}`)
    request.end = 'refused'
  }

  /** The request an approval entry speaks of; it must have been raised, with this very action digest. */
  private knownRequest(at: PlacedEntry): Request | undefined {
    const id = text(at, 'request') ?? ''
    const request = this.requests.get(id)
    if (request === undefined || request.digest === '') {
      this.report('request_unknown', at, `request ${id}`)
      return undefined
    }
    if (request.digest !== text(at, 'action_digest'))
      this.report('action_digest_changed', at, `request ${id}`)
    return request
  }

  private callOf(at: PlacedEntry): string {
    if (at.entry.call === undefined) this.report('call_missing', at, at.entry.type)
    return at.entry.call ?? ''
  }

  private cited<T>(at: PlacedEntry, from: ReadonlyMap<string, T>): T[] {
    return (at.entry.cites ?? []).flatMap(({ id }) => from.get(id) ?? [])
  }
}

function text(at: PlacedEntry, field: string): string | undefined {
  const value = at.entry.data[field]
  return typeof value === 'string' ? value : undefined
}
