/**
 * Alerts that are the same but for when: one tool server, one rule, one target. The same alert read again counts
 * once. What names no target makes a cluster of its own for each rule, and says so. Pure.
 */
import { digestOfJson } from '../kernel/canonical-json.ts'
import { Failure } from '../kernel/failure.ts'
import type { AlertRecord } from './alert-records.ts'

/** An alert and the recorded result it was read from. */
export type ReadAlert = AlertRecord & {
  readonly evidence: string
  /** The upstream the result came from. */
  readonly source: string
  /** When the result was recorded. */
  readonly readAtMs: number
}

export type AlertCluster = Pick<ReadAlert, 'source' | 'rule' | 'target'> & {
  /** Each alert once, as it was read last; the newest first. */
  readonly members: readonly ReadAlert[]
  readonly firstMs: number
  readonly lastMs: number
  /** `record`: by what every member says itself. `read`: by when we recorded it, because one does not say. */
  readonly timedBy: 'record' | 'read'
  readonly names: ReadonlySet<string>
}

/** The largest first, then the newest. */
export function clusterAlerts(alerts: readonly ReadAlert[]): readonly AlertCluster[] {
  const clusters = new Map<string, Map<string, ReadAlert>>()
  for (const { alert, identity } of identified(alerts)) {
    const key = keyOf(alert)
    const members = clusters.get(key) ?? new Map<string, ReadAlert>()
    const known = members.get(identity)
    if (known === undefined || known.readAtMs <= alert.readAtMs) members.set(identity, alert)
    clusters.set(key, members)
  }
  return [...clusters.values()]
    .map((members) => clusterOf([...members.values()]))
    .sort((a, b) => b.members.length - a.members.length || b.lastMs - a.lastMs)
}

function keyOf({ source, rule, target }: ReadAlert): string {
  const about = target === undefined ? [] : [target.as, target.value.toLowerCase()]
  return JSON.stringify([source, rule.toLowerCase(), ...about])
}

/** Its own id says which alert it is; without one its content does, and how often that stands in the same result. */
function identified(alerts: readonly ReadAlert[]) {
  const times = new Map<string, number>()
  return alerts.map((alert) => {
    if (alert.ownId !== undefined) return { alert, identity: `id ${alert.ownId}` }
    const content = digestOfJson('countersign-evidence-v1', alert.record)
    const place = `${alert.evidence} ${content}`
    const nth = (times.get(place) ?? 0) + 1
    times.set(place, nth)
    return { alert, identity: `${content} ${nth}` }
  })
}

function clusterOf(members: readonly ReadAlert[]): AlertCluster {
  const timedBy = members.every(({ atMs }) => atMs !== undefined) ? 'record' : 'read'
  const timeOf = ({ atMs, readAtMs }: ReadAlert) =>
    timedBy === 'record' ? (atMs ?? readAtMs) : readAtMs
  const sorted = members.toSorted((a, b) => timeOf(b) - timeOf(a))
  const [newest] = sorted
  if (newest === undefined) throw new Failure('internal', 'a cluster without a member')
  const { source, rule, target } = newest
  return {
    source,
    rule,
    ...(target === undefined ? {} : { target }),
    members: sorted,
    firstMs: Math.min(...members.map(timeOf)),
    lastMs: timeOf(newest),
    timedBy,
    names: new Set(members.flatMap(({ names }) => names.map((name) => name.toLowerCase()))),
  }
}
