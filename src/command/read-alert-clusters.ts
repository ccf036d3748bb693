/**
 * The alerts agents read in a case, those that are the same but for when put together, each with what was done to what
 * it names. Nothing that is withheld from a screen is looked at. Reads only.
 */

import { isWithheld } from '../disclosure/shown.ts'
import type { CallStore } from '../enforcement/call.ts'
import type { EffectRecord, EffectStore } from '../enforcement/effect-record.ts'
import { targetsOf } from '../enforcement/record-effect.ts'
import { type AlertCluster, clusterAlerts, type ReadAlert } from '../evidence/alert-clusters.ts'
import { alertsIn } from '../evidence/alert-records.ts'
import type { Evidence, EvidenceStore } from '../evidence/evidence.ts'
import { Failure } from '../kernel/failure.ts'
import { parseStrict } from '../kernel/strict-json.ts'
import type { PayloadStore } from '../ledger/ports.ts'

export type Act = Pick<EffectRecord, 'call' | 'action' | 'tool' | 'state' | 'actedAtMs'>

export type ActedCluster = AlertCluster & {
  /** Calls of the case that acted upon something a member names, the newest first. */
  readonly acts: readonly Act[]
}

export type CaseAlerts = {
  readonly clusters: readonly ActedCluster[]
  /** Recorded results of the case, and how many of them were looked at: the newest, and none that is too large. */
  readonly results: number
  readonly searched: number
  /** There were more alerts than were taken. */
  readonly isCut: boolean
}

export type AlertDeps = {
  readonly evidence: Pick<EvidenceStore, 'listOfCase'>
  readonly payloads: Pick<PayloadStore, 'open'>
  readonly calls: Pick<CallStore, 'listOfCase'>
  readonly effects: Pick<EffectStore, 'byCall'>
}

/** What one answer can read in well under a second. */
const MAX_RESULTS = 200
const MAX_BYTES = 512 * 1024
const MAX_ALERTS = 5_000
const MAX_ACTS = 200

export async function readAlertClusters(
  deps: AlertDeps,
  tenant: string,
  caseId: string,
): Promise<CaseAlerts> {
  const [all, calls] = await Promise.all([
    deps.evidence.listOfCase(tenant, caseId),
    deps.calls.listOfCase(tenant, caseId),
  ])
  const upstreams = new Map(calls.map(({ id, upstream }) => [id, upstream]))
  const alerts: ReadAlert[] = []
  let searched = 0
  for (const one of all.toReversed().slice(0, MAX_RESULTS)) {
    const found = await alertsOf(deps, one, MAX_ALERTS - alerts.length)
    if (found === undefined) continue
    searched += 1
    const source = upstreams.get(one.call) ?? one.tool
    alerts.push(
      ...found.map((alert) => ({ ...alert, evidence: one.id, source, readAtMs: one.atMs })),
    )
  }
  const changing = calls.filter(({ state, effect }) => state !== 'denied' && effect !== 'read')
  const acts = await actsOf(
    deps,
    tenant,
    changing
      .map(({ id }) => id)
      .toReversed()
      .slice(0, MAX_ACTS),
  )
  return {
    clusters: clusterAlerts(alerts).map((cluster) => ({
      ...cluster,
      acts: acts.filter(({ names }) => names.some((name) => cluster.names.has(name))),
    })),
    results: all.length,
    searched,
    isCut: alerts.length >= MAX_ALERTS,
  }
}

/** Undefined for what is erased, withheld, too large or no JSON. */
async function alertsOf(
  { payloads }: AlertDeps,
  { tenant, outcomeEntry }: Evidence,
  limit: number,
) {
  const payload = await payloads.open(tenant, outcomeEntry, 'result')
  if (payload.state !== 'present' || isWithheld(payload.dataClass)) return undefined
  if (payload.bytes.length > MAX_BYTES) return undefined
  try {
    return alertsIn(parseStrict(payload.bytes), limit)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return undefined
  }
}

async function actsOf({ effects, payloads }: AlertDeps, tenant: string, calls: readonly string[]) {
  const records = await Promise.all(calls.map((call) => effects.byCall(tenant, call)))
  return Promise.all(
    records
      .filter((record): record is EffectRecord => record !== undefined)
      .map(async (record) => ({
        ...record,
        names: (await targetsOf(payloads, record)).map(({ id }) => id.toLowerCase()),
      })),
  )
}
