/** The stored record of a call at one moment of its life. Pure. */
import type { CallRecord, CallState } from './call.ts'
import type { CallPlace } from './place.ts'

/** What the record says beside where the call stands. */
export type RecordParts = {
  readonly action: string
  readonly effect: string
  readonly state: CallState
  readonly request?: string | undefined
  readonly lease?: string
  readonly dispatchedEntry?: string
  readonly node?: string
}

export function recordOf(place: CallPlace, parts: RecordParts, nowMs: number): CallRecord {
  const { session, label, recommendation } = place
  const { request, ...rest } = parts
  return {
    tenant: session.tenant,
    id: place.callId,
    task: session.task.id,
    agent: session.agent.id,
    caseId: session.task.caseId,
    tool: label.tool,
    upstream: place.upstream,
    definitionDigest: label.definition,
    fingerprint: label.fingerprint,
    ...rest,
    ...(request === undefined ? {} : { request }),
    ...(recommendation === undefined ? {} : { recommendation }),
    createdAtMs: place.cameAtMs,
    updatedAtMs: nowMs,
  }
}
