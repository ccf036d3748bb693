/**
 * The record that a call may have changed something, written with its dispatch: whoever takes it back later
 * needs to know how, what it touched and until when it was meant to last, also after a crash. What names the
 * target is a payload of the dispatch entry, so it can be erased; the row holds ids and instants.
 */
import {
  atLeast,
  type ClassifiedCall,
  type EndOfContainment,
  type Target,
} from '../catalogue/tool.ts'
import { Failure } from '../kernel/failure.ts'
import { isObject, type JsonObject, type JsonValue, parseStrict } from '../kernel/strict-json.ts'
import type { PayloadStore } from '../ledger/ports.ts'
import type { EffectRecord } from './effect-record.ts'
import type { CallPlace } from './place.ts'

/** Name of the payload on `tool.call.dispatched`. */
export const UNDO_PAYLOAD = 'undo'

/** A tool by its own name at the upstream, or by its exposed name, and what it is given. */
export type PlannedCall = {
  readonly upstream: string
  readonly tool: string
  readonly arguments: JsonObject
}

/** What was done to what, and the call that takes it back, as the catalogue said when it was sent. */
export type UndoPlan = {
  readonly targets: readonly Target[]
  readonly done: PlannedCall
  readonly inverse?: PlannedCall
  /** What is collected beside it. */
  readonly collection?: PlannedCall
}

/** Nothing for a read or a remark, which leave nothing to take back, to end or to look at again. */
export function effectRecordOf(
  place: CallPlace,
  call: ClassifiedCall,
  dispatchedEntry: string,
  approvers: readonly string[],
  atMs: number,
): EffectRecord | undefined {
  const { inverse, ends } = call
  const leavesSomething = inverse !== undefined || ends !== undefined
  if (!atLeast(call.effect, leavesSomething ? 'influence' : 'write')) return undefined
  const { session } = place
  return {
    tenant: session.tenant,
    call: place.callId,
    caseId: session.task.caseId,
    task: session.task.id,
    agent: session.agent.id,
    tool: place.label.tool,
    action: call.action,
    effect: call.effect,
    dispatchedEntry,
    hasInverse: takesBack(call),
    state: 'pending',
    approvers,
    actedAtMs: atMs,
    ...(ends === undefined ? {} : endFields(ends, atMs)),
  }
}

/** What was there before the call is not taken away with it. */
function takesBack({ inverse, before }: ClassifiedCall): boolean {
  return inverse !== undefined && before?.isThere !== true
}

/** A target that ends it by itself is looked at a moment later, when its own clock has surely got there. */
const SELF_END_SLACK_MS = 5_000

function endFields(
  { afterMs, atEnd }: EndOfContainment,
  atMs: number,
): Pick<EffectRecord, 'endsAtMs' | 'atEnd' | 'dueAtMs'> {
  const ends = { endsAtMs: atMs + afterMs, atEnd }
  const dueAtMs = endDueAtMs(ends)
  return { ...ends, ...(dueAtMs === undefined ? {} : { dueAtMs }) }
}

/** When the end of a containment is due; undefined for what has none. */
export function endDueAtMs({
  endsAtMs,
  atEnd,
}: Pick<EffectRecord, 'endsAtMs' | 'atEnd'>): number | undefined {
  if (endsAtMs === undefined) return undefined
  return endsAtMs + (atEnd === 'self' ? SELF_END_SLACK_MS : 0)
}

export function undoPlanOf(call: ClassifiedCall): JsonObject {
  const { tool, inverse } = call
  const { upstream } = tool
  return {
    v: 1,
    targets: call.targets.map(({ kind, id }) => ({ kind, id })),
    done: { upstream, tool: tool.name, arguments: call.toolArguments },
    inverse:
      inverse === undefined || !takesBack(call)
        ? null
        : { upstream, tool: inverse.tool, arguments: inverse.arguments },
    ...collectionOf(call),
  }
}

/** Without arguments it cannot be sent, and is told as such when it should be. */
function collectionOf({ tool: { upstream }, collection }: ClassifiedCall): JsonObject {
  if (collection?.arguments === undefined) return {}
  return { collection: { upstream, tool: collection.tool, arguments: collection.arguments } }
}

/** The plan as it was written. Throws `payload_unreadable` when it was erased with its case. */
export async function readUndoPlan(
  payloads: Pick<PayloadStore, 'open'>,
  record: Pick<EffectRecord, 'tenant' | 'dispatchedEntry'>,
): Promise<UndoPlan> {
  const found = await payloads.open(record.tenant, record.dispatchedEntry, UNDO_PAYLOAD)
  const plan = found.state === 'present' ? parseStrict(found.bytes) : undefined
  const done = isObject(plan) ? plannedCall(plan.done) : undefined
  if (!isObject(plan) || done === undefined) {
    throw new Failure('payload_unreadable', 'how to take the call back is no longer on record')
  }
  const inverse = plannedCall(plan.inverse)
  const collection = plannedCall(plan.collection)
  return {
    done,
    targets: targetsIn(plan.targets),
    ...(inverse === undefined ? {} : { inverse }),
    ...(collection === undefined ? {} : { collection }),
  }
}

/** What was acted upon; empty once the case was erased. */
export async function targetsOf(
  payloads: Pick<PayloadStore, 'open'>,
  record: Pick<EffectRecord, 'tenant' | 'dispatchedEntry'>,
): Promise<readonly Target[]> {
  try {
    return (await readUndoPlan(payloads, record)).targets
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return []
  }
}

function plannedCall(value: JsonValue | undefined): PlannedCall | undefined {
  if (!isObject(value)) return undefined
  const { upstream, tool, arguments: args } = value
  const isWhole = typeof upstream === 'string' && typeof tool === 'string' && isObject(args)
  return isWhole ? { upstream, tool, arguments: args } : undefined
}

function targetsIn(value: JsonValue | undefined): readonly Target[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((target) =>
    isObject(target) && typeof target.kind === 'string' && typeof target.id === 'string'
      ? [{ kind: target.kind, id: target.id }]
      : [],
  )
}
