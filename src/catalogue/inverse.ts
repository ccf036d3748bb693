/**
 * The call that takes another back, with its arguments filled in: from the arguments of the call, and from what the
 * target looked like before where the entry says so. An argument that cannot be read makes the call irreversible;
 * it is never guessed. Pure.
 */
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { evaluateExpression } from './cel.ts'
import type { Classification, Inverse } from './tool.ts'

/** Undefined when there is none, or when an argument cannot be read. */
export function inverseOf(
  rule: Classification['inverse'],
  args: JsonObject,
  hasPreimage: boolean,
): Inverse | undefined {
  if (rule === undefined) return undefined
  const filled: Record<string, JsonValue> = {}
  const pending: Record<string, string> = {}
  for (const [name, expression] of Object.entries(rule.arguments)) {
    if (speaksOfBefore(expression)) {
      if (!hasPreimage) return undefined
      pending[name] = expression
      continue
    }
    const read = evaluateExpression(expression, { args })
    if (!read.ok) return undefined
    filled[name] = read.value
  }
  const isWhole = Object.keys(pending).length === 0
  return { tool: rule.tool, arguments: filled, ...(isWhole ? {} : { pending }) }
}

/** The inverse with what the pre-image tells; undefined when it does not tell it. */
export function completeInverse(
  inverse: Inverse,
  args: JsonObject,
  before: JsonObject,
): Inverse | undefined {
  const filled: Record<string, JsonValue> = { ...inverse.arguments }
  for (const [name, expression] of Object.entries(inverse.pending ?? {})) {
    const read = evaluateExpression(expression, { args, before })
    if (!read.ok) return undefined
    filled[name] = read.value
  }
  return { tool: inverse.tool, arguments: filled }
}

export function speaksOfBefore(expression: string): boolean {
  return /\bbefore\b/.test(expression)
}
