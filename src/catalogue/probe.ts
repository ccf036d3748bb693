/** The check after a call: which read shows its effect, and what the result must say. */
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { evaluateExpression } from './cel.ts'

/** The arguments of a probe; undefined when one cannot be read from the arguments of the call. */
export function probeArguments(
  templates: Readonly<Record<string, string>>,
  args: JsonObject,
): JsonObject | undefined {
  const filled: [string, JsonValue][] = []
  for (const [name, expression] of Object.entries(templates)) {
    const read = evaluateExpression(expression, { args })
    if (!read.ok) return undefined
    filled.push([name, read.value])
  }
  return Object.fromEntries(filled)
}

/** Whether the result shows the effect; undefined when it cannot be told, which is never a yes. */
export function probeHolds(
  expect: string,
  result: JsonObject,
  args: JsonObject,
): boolean | undefined {
  const answer = evaluateExpression(expect, { args, result })
  return answer.ok && typeof answer.value === 'boolean' ? answer.value : undefined
}
