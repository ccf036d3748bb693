/**
 * The one engine that a thread has for a floor. What it parsed, prepared and remembers follows from the texts alone, so
 * whoever opens the same policy again, or checks one like the last, does not pay for it a second time.
 */
import { canonicalText } from '../kernel/canonical-json.ts'
import type { PolicyTexts } from '../policy/bundle.ts'
import { type CedarEngine, createCedarEngine } from './cedar-engine.ts'

/** Of the floor that was asked for last, which changes with the product alone. */
let last: { readonly floor: string; readonly engine: CedarEngine } | undefined

export function engineOfFloor(floor: PolicyTexts): CedarEngine {
  const text = canonicalText(floor)
  if (last?.floor !== text) last = { floor: text, engine: createCedarEngine(floor) }
  return last.engine
}
