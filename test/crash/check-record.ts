/**
 * The invariants of a crash: what the record says, what really happened in the world and what people and
 * agents were told must agree, in the moment of the kill and again after the restart. Pure.
 */
import { digestOfJson } from '../../src/kernel/canonical-json.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { decodeBase64Exactly, encodeHex } from '../../src/ledger/base64.ts'
import type { PlacedEntry } from '../../src/ledger/finding.ts'
import { checkInvariants } from '../../src/ledger/invariants.ts'
import { appendLeaf, EMPTY_FRONTIER, rootOf } from '../../src/ledger/merkle.ts'
import { checkRightsEnded } from './check-leases.ts'
import type { Acknowledged } from './memory.ts'
import { ofType, type Snapshot } from './snapshot.ts'
import { found, type Violation } from './violation.ts'

/** A call as the tool server wrote it down. */
export type Witnessed = { readonly name: string; readonly arguments: JsonObject }

/** Whose acts are witnessed, and of which of its tools: a target notices what changes it and no look. */
export type Watch = { readonly upstream: string; readonly sees: (exposedName: string) => boolean }

/**
 * What must hold at every moment, also in what a kill left: `before` is the record as it was known earlier,
 * `now` as it is.
 */
export function checkAlways(
  before: Snapshot | undefined,
  now: Snapshot,
  witnessed: readonly Witnessed[],
  acknowledged: readonly Acknowledged[],
  watch: Watch = { upstream: 'net', sees: () => true },
): readonly Violation[] {
  const { findings } = checkInvariants(now.entries)
  return [
    ...checkLog(before, now, acknowledged),
    ...checkActs(now, witnessed, watch),
    ...checkAnswers(now, acknowledged),
    ...checkGrants(now),
    ...findings.map((each) =>
      found('rule_broken', `${each.code} at ${each.index}: ${each.detail}`),
    ),
  ]
}

/** One outcome; or the `unknown` of a crash and then, once, what a probe found out about it (DESIGN 3). */
function isOneEnd(ends: readonly string[]): boolean {
  const [first, second] = ends
  return ends.length < 2 || (ends.length === 2 && first === 'unknown' && second !== 'unknown')
}

/** What must hold once a restarted gateway serves and nothing was asked of it yet. */
export function checkRecovered(dead: Snapshot, now: Snapshot): readonly Violation[] {
  const violations: Violation[] = []
  const outcomes = outcomesByDispatch(now)
  for (const { entry } of ofType(now, 'tool.call.dispatched')) {
    const ends = outcomes.get(entry.id) ?? []
    if (ends.length === 0) violations.push(found('outcome_missing', `call ${entry.call}`))
    if (!isOneEnd(ends)) violations.push(found('outcome_twice', `call ${entry.call}`))
  }
  for (const [id, state] of now.calls) {
    if (state === 'dispatched') violations.push(found('call_in_flight', `call ${id}`))
  }
  violations.push(...checkRightsEnded(now))
  for (const [id, state] of dead.requests) {
    const isKept = now.requests.get(id) === state
    if (!isKept) violations.push(found('request_lost', `request ${id} was ${state}`))
  }
  return violations
}

function checkLog(
  before: Snapshot | undefined,
  now: Snapshot,
  acknowledged: readonly Acknowledged[],
): Violation[] {
  const violations: Violation[] = []
  const roots = rootsOf(now, violations)
  if (
    before !== undefined &&
    before.head.size > 0 &&
    roots[before.head.size] !== before.head.root
  ) {
    violations.push(found('history_changed', `the first ${before.head.size} entries are others`))
  }
  if (now.head.size !== now.entries.length || (roots[now.head.size] ?? '') !== now.head.root) {
    violations.push(
      found('head_wrong', `${now.head.size} in the head, ${now.entries.length} stored`),
    )
  }
  for (const each of acknowledged) {
    if (each.kind !== 'checkpoint') continue
    const [, size, root] = each.note.split('\n')
    const signed = decodeBase64Exactly(root ?? '', 32)
    if (signed === undefined || roots[Number(size)] !== encodeHex(signed)) {
      violations.push(found('history_changed', `a signed checkpoint of ${size} entries`))
    }
  }
  return violations
}

/** The root at every size, from the stored leaves. The empty log has none. */
function rootsOf(now: Snapshot, violations: Violation[]): readonly string[] {
  const roots = ['']
  let frontier = EMPTY_FRONTIER
  for (const leaf of now.leaves) {
    frontier = appendLeaf(frontier, leaf)
    roots.push(encodeHex(rootOf(frontier)))
  }
  now.entries.forEach(({ index }, at) => {
    if (index !== at) violations.push(found('head_wrong', `entry ${at} is not stored`))
  })
  return roots
}

/** The world against the record: frames carry addresses no other call names, so their digests tell them apart. */
function checkActs(now: Snapshot, witnessed: readonly Witnessed[], watch: Watch): Violation[] {
  const violations: Violation[] = []
  const dispatched = countBy(ofType(now, 'tool.call.dispatched'), ({ entry }) => entry.data.frame)
  const acted = countBy(witnessed, (act) => frameOf(watch.upstream, act))
  for (const [frame, times] of acted) {
    const allowed = dispatched.get(frame) ?? 0
    if (allowed === 0) violations.push(found('acted_without_dispatch', `frame ${frame}`))
    else if (times > allowed)
      violations.push(found('acted_twice', `frame ${frame}: ${times} times`))
  }
  const outcomes = outcomesByDispatch(now)
  for (const { entry } of ofType(now, 'tool.call.dispatched')) {
    const isApplied = (outcomes.get(entry.id) ?? []).some((end) => end.startsWith('applied'))
    if (isApplied && watch.sees(String(entry.data.tool)) && !acted.has(entry.data.frame)) {
      violations.push(found('applied_without_act', `call ${entry.call}`))
    }
  }
  return violations
}

function frameOf(upstream: string, { name, arguments: args }: Witnessed): string {
  const params = { name, arguments: args }
  const frame = { upstream, method: 'tools/call', name, params }
  return digestOfJson('countersign-frame-v1', frame)
}

function checkAnswers(now: Snapshot, acknowledged: readonly Acknowledged[]): Violation[] {
  const keys = new Set(now.entries.flatMap(({ entry }) => keysOf(entry)))
  return acknowledged.flatMap((each) => {
    const missing = wantedBy(each).filter((key) => !keys.has(key))
    return missing.map((key) => found('answer_lost', `${each.kind}: no entry ${key}`))
  })
}

type Entry = PlacedEntry['entry']

/** What an entry proves, as texts that answers can ask for. */
function keysOf({ type, call, data }: Entry): readonly string[] {
  switch (type) {
    case 'tool.call.decided':
      return data.decision === 'deny' ? [`denied ${call} ${data.reason}`] : []
    case 'tool.call.dispatched':
      return [`dispatched ${call}`]
    case 'tool.call.outcome':
      return data.outcome === 'unknown' ? [] : [`outcome ${call} ${data.evidence}`]
    case 'tool.result.delivered':
      return [`delivered ${call} ${data.evidence}`]
    case 'approval.requested':
    case 'approval.granted':
    case 'approval.denied':
      return [`${type} ${data.request}`]
    case 'task.opened':
    case 'token.issued':
      return [`${type} ${data.task}`]
    default:
      return []
  }
}

function wantedBy(each: Acknowledged): readonly string[] {
  switch (each.kind) {
    case 'answered': {
      const { call, evidence } = each
      return [`dispatched ${call}`, `outcome ${call} ${evidence}`, `delivered ${call} ${evidence}`]
    }
    case 'pending':
      return [`approval.requested ${each.approval}`]
    case 'refused':
      return [`denied ${each.call} ${each.code}`]
    case 'released':
      return [`approval.granted ${each.approval}`]
    case 'denied':
      return [`approval.denied ${each.approval}`]
    case 'task':
      return [`task.opened ${each.task}`, `token.issued ${each.task}`]
    case 'checkpoint':
      return []
  }
}

/** A grant is consumed exactly when a dispatch names it, and by one only. */
function checkGrants(now: Snapshot): Violation[] {
  const used = countBy(
    ofType(now, 'tool.call.dispatched').filter(({ entry }) => entry.data.grant !== undefined),
    ({ entry }) => entry.data.grant,
  )
  const violations = [...used].flatMap(([grant, times]) =>
    times > 1 ? [found('grant_reused', `grant ${grant}: ${times} times`)] : [],
  )
  for (const [id, state] of now.grants) {
    if ((state === 'consumed') !== used.has(id)) {
      violations.push(found('grant_state_wrong', `grant ${id} is ${state}`))
    }
  }
  return violations
}

function outcomesByDispatch(now: Snapshot): ReadonlyMap<string, readonly string[]> {
  const outcomes = new Map<string, string[]>()
  for (const { entry } of ofType(now, 'tool.call.outcome')) {
    const [cite] = entry.cites ?? []
    const of = outcomes.get(cite?.id ?? '') ?? []
    outcomes.set(cite?.id ?? '', [...of, String(entry.data.outcome)])
  }
  return outcomes
}

function countBy<T>(all: readonly T[], key: (one: T) => unknown): ReadonlyMap<unknown, number> {
  const counts = new Map<unknown, number>()
  for (const one of all) counts.set(key(one), (counts.get(key(one)) ?? 0) + 1)
  return counts
}
