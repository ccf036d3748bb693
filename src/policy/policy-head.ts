/**
 * A parsed policy as the linter and the shards need it. The parser is Cedar's own (its JSON form, "EST");
 * here it is only read, without trusting its shape.
 */
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import type { Annotations } from './obligations.ts'
import type { ActionScope } from './shard.ts'

export type Condition = { readonly kind: 'when' | 'unless'; readonly body: JsonValue }

export type PolicyHead = {
  readonly id: string
  readonly text: string
  readonly effect: 'permit' | 'forbid'
  readonly actions: ActionScope
  /** `==` names one action leaf exactly; `in` names a group. */
  readonly actionOperator: 'All' | '==' | 'in'
  readonly principal: JsonObject
  readonly resource: JsonObject
  readonly conditions: readonly Condition[]
  readonly annotations: Annotations
}

/** Reads one policy's JSON form; undefined when it has an unexpected shape, which is a refusal to the caller. */
export function headOf(
  id: string,
  text: string,
  json: JsonValue | undefined,
): PolicyHead | undefined {
  if (!isObject(json)) return undefined
  const { effect, principal, resource } = json
  if (effect !== 'permit' && effect !== 'forbid') return undefined
  if (!isObject(principal) || !isObject(resource)) return undefined
  const action = actionsOf(json.action)
  const conditions = conditionsOf(json.conditions)
  const annotations = annotationsOf(json.annotations)
  if (action === undefined || conditions === undefined || annotations === undefined)
    return undefined
  return { id, text, effect, ...action, principal, resource, conditions, annotations }
}

function actionsOf(
  constraint: JsonValue | undefined,
): Pick<PolicyHead, 'actions' | 'actionOperator'> | undefined {
  if (!isObject(constraint)) return undefined
  if (constraint.op === 'All') return { actions: 'all', actionOperator: 'All' }
  if (constraint.op !== '==' && constraint.op !== 'in') return undefined
  const entities = Array.isArray(constraint.entities) ? constraint.entities : [constraint.entity]
  const names: string[] = []
  for (const entity of entities) {
    if (!isObject(entity) || entity.type !== 'Action' || typeof entity.id !== 'string')
      return undefined
    names.push(entity.id)
  }
  return { actions: names, actionOperator: constraint.op }
}

function conditionsOf(list: JsonValue | undefined): readonly Condition[] | undefined {
  if (!Array.isArray(list)) return undefined
  const conditions: Condition[] = []
  for (const one of list as readonly JsonValue[]) {
    if (!isObject(one) || one.body === undefined) return undefined
    if (one.kind !== 'when' && one.kind !== 'unless') return undefined
    conditions.push({ kind: one.kind, body: one.body })
  }
  return conditions
}

/** An annotation without a value reads as the empty text. */
function annotationsOf(record: JsonValue | undefined): Annotations | undefined {
  if (record === undefined) return {}
  if (!isObject(record)) return undefined
  const annotations: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(record)) {
    if (value !== null && typeof value !== 'string') return undefined
    annotations[name] = value ?? ''
  }
  return annotations
}
