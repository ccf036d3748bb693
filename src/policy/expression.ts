/**
 * Walks a condition in Cedar's JSON form. Each node is an object with one operator; what matters to the
 * linter is which operators occur, on which attributes, next to which literals.
 */
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'

export type ExpressionNode = {
  readonly operator: string
  readonly operand: JsonValue
  /** Whether an odd number of `!` stands above, counting `unless` as one. */
  readonly isNegated: boolean
}

/** Every node of an expression, outermost first. Literals (`Value`) are nodes without children. */
export function nodesOf(body: JsonValue, isNegated: boolean): readonly ExpressionNode[] {
  const nodes: ExpressionNode[] = []
  const pending: { value: JsonValue; isNegated: boolean }[] = [{ value: body, isNegated }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (Array.isArray(next.value)) {
      for (const value of next.value as readonly JsonValue[]) {
        pending.push({ value, isNegated: next.isNegated })
      }
    } else if (isObject(next.value)) collect(next.value, next.isNegated, nodes, pending)
  }
  return nodes
}

function collect(
  node: JsonObject,
  isNegated: boolean,
  nodes: ExpressionNode[],
  pending: { value: JsonValue; isNegated: boolean }[],
): void {
  for (const [operator, operand] of Object.entries(node)) {
    nodes.push({ operator, operand, isNegated })
    if (operator === 'Value') continue
    const inner = operator === '!' ? !isNegated : isNegated
    // The pattern of `like` is text, not an expression.
    const parts = operator === 'like' && isObject(operand) ? [operand.left ?? null] : undefined
    const children = parts ?? (isObject(operand) ? Object.values(operand) : [operand])
    for (const value of children) pending.push({ value, isNegated: inner })
  }
}

/** `context.purpose` as `['context', 'purpose']`; undefined when the node is not `variable.attribute`. */
export function attributeOf(node: JsonValue | undefined): readonly [string, string] | undefined {
  if (!isObject(node) || !isObject(node['.'])) return undefined
  const { left, attr } = node['.']
  if (!isObject(left) || typeof left.Var !== 'string' || typeof attr !== 'string') return undefined
  return [left.Var, attr]
}

/** The texts a literal or a set of literals holds; empty when it is neither. */
export function literalsOf(node: JsonValue | undefined): readonly string[] {
  if (!isObject(node)) return []
  if (typeof node.Value === 'string') return [node.Value]
  if (Array.isArray(node.Value)) return node.Value.filter((one) => typeof one === 'string')
  if (Array.isArray(node.Set)) return (node.Set as readonly JsonValue[]).flatMap(literalsOf)
  return []
}
