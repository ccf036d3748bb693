/**
 * Turns a policy request into the entities and the context Cedar is called with, and checks what Cedar would
 * smooth over: a missing entity, a missing parent, a value that JSON drops or rounds, a nested value that
 * could pass for an entity reference. Cedar skips a forbid it cannot evaluate, so each of these would open.
 */
import type { EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs'
import type { Effect } from '../catalogue/tool.ts'
import { EFFECTS } from '../catalogue/tool.ts'
import type { ActionClass } from '../policy/actions.ts'
import { isActionName, leafOf, UNCLASSIFIED } from '../policy/actions.ts'
import type { Thresholds } from '../policy/bundle.ts'
import type { PolicyRequest } from '../policy/request.ts'

/** Everything one evaluation gets beside the policies and the schema. */
export type Slice = {
  readonly principal: TypeAndId
  readonly action: TypeAndId
  readonly resource: TypeAndId
  readonly context: Readonly<Record<string, unknown>>
  readonly entities: readonly EntityJson[]
}

/** Longest string that may enter; paths and URLs stay below, a document does not. UTF-16 units. */
const MAX_TEXT = 4096
/** Most members of a set; the largest real one, a case's tags, has dozens. */
const MAX_MEMBERS = 512

/**
 * What a call is decided as: its own action and effect, or `unclassified`, which the floor forbids, when the
 * action has no proper name. Actions of tools that were reviewed after the bundle was published are decided
 * like every other of their effect. An effect that is none of ours counts as the worst.
 */
export function decidedLeaf(action: string, effect: Effect): ActionClass {
  const isEffect = (EFFECTS as readonly string[]).includes(effect)
  const isKnown = isEffect && isActionName(action)
  return { action: isKnown ? action : UNCLASSIFIED, effect: isEffect ? effect : 'destructive' }
}

export function sliceOf(
  request: PolicyRequest,
  leaf: ActionClass,
  thresholds: Thresholds,
  discharged: readonly string[],
): Slice {
  const { agent, target, call, task, incident, exposure } = request
  const limits = thresholds.targetLimit
  const principal = { type: 'Agent', id: agent.id }
  const resource = { type: 'Target', id: `${target.kind}/${target.id}` }
  const context = {
    tool: call.tool,
    upstream: call.upstream,
    direction: call.direction,
    reversibility: call.reversibility,
    hasInverse: call.hasInverse,
    flags: call.flags,
    targetCount: call.targetCount,
    purpose: task.purpose,
    taskOpen: task.isOpen,
    onBehalfOf: task.onBehalfOf,
    caseOpen: incident.isOpen,
    severity: incident.severity,
    caseTags: incident.tags,
    caseAgeMs: incident.ageMs,
    exposure: exposure.labels,
    untrustedSources: exposure.untrustedSources,
    stale: request.stale,
    targetLimit: Object.hasOwn(limits, target.kind) ? limits[target.kind] : limits.default,
    criticalFrom: thresholds.criticalFrom,
    severeUpTo: thresholds.severeUpTo,
    now: instantOf(request.nowMs),
    discharged,
  }
  return {
    principal,
    action: { type: 'Action', id: leafOf(leaf.action, leaf.effect) },
    resource,
    context,
    entities: [
      entity(principal, { mode: agent.mode, state: agent.state, owner: agent.owner }),
      entity(resource, {
        kind: target.kind,
        criticality: target.criticality,
        environment: target.environment,
        isKnown: target.isKnown,
        isNeverTouch: target.isNeverTouch,
        labels: target.labels,
      }),
    ],
  }
}

/** Attributes stay unknown until `sliceProblem` has looked at each of them. */
function entity(uid: TypeAndId, attrs: Readonly<Record<string, unknown>>): EntityJson {
  return { uid, attrs: attrs as EntityJson['attrs'], parents: [] }
}

/** What is not an instant becomes NaN, which `sliceProblem` refuses. */
function instantOf(nowMs: unknown): unknown {
  return typeof nowMs === 'number' && Number.isSafeInteger(nowMs) && Math.abs(nowMs) <= 8.64e15
    ? new Date(nowMs).toISOString()
    : Number.NaN
}

/** Why a slice may not be evaluated, or undefined. The text names the place, never the value. */
export function sliceProblem(slice: Slice): string | undefined {
  const present = new Set<string>()
  for (const one of slice.entities) present.add(keyOf(one.uid))
  if (!present.has(keyOf(slice.principal))) return 'the principal is not in the slice'
  if (!present.has(keyOf(slice.resource))) return 'the resource is not in the slice'
  for (const one of slice.entities) {
    for (const parent of one.parents) {
      if (!present.has(keyOf(parent))) return `a parent of ${typeOf(one.uid)} is not in the slice`
    }
    const problem = recordProblem(one.attrs, typeOf(one.uid))
    if (problem !== undefined) return problem
    if (!isText(keyOf(one.uid))) return `the id of ${typeOf(one.uid)} is not a plain text`
  }
  return recordProblem(slice.context, 'context')
}

function recordProblem(
  record: Readonly<Record<string, unknown>>,
  where: string,
): string | undefined {
  for (const key of Object.keys(record)) {
    if (key.startsWith('__')) return `${where} has a reserved key`
    const value = record[key]
    if (Array.isArray(value)) {
      if (value.length > MAX_MEMBERS) return `${where}.${key} has more than ${MAX_MEMBERS} members`
      // A plain loop: forEach and every skip the holes of a sparse array, which JSON turns into null.
      for (let at = 0; at < value.length; at++) {
        if (!isText(value[at])) return `${where}.${key} holds something that is not a plain text`
      }
    } else if (!isScalar(value)) return `${where}.${key} is not a plain value`
  }
  return undefined
}

function isScalar(value: unknown): boolean {
  return typeof value === 'boolean' || Number.isSafeInteger(value) || isText(value)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_TEXT && value.isWellFormed()
}

function keyOf(uid: EntityJson['uid']): string {
  const plain = '__entity' in uid ? uid.__entity : uid
  return `${plain.type}::${plain.id}`
}

function typeOf(uid: EntityJson['uid']): string {
  return '__entity' in uid ? uid.__entity.type : uid.type
}
