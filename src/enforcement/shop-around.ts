/**
 * A no is about what would happen, not about the tool that would have done it. After a person denied an act on
 * a target, the agent may not ask in this case for the same or a worse effect on that target through another
 * tool for a while, nor by opening another task; something milder may still be asked.
 */
import type { ApprovalRequest } from '../approval/request.ts'
import { atLeast, EFFECTS, type Effect } from '../catalogue/tool.ts'
import { type Refusal, refusal } from '../kernel/failure.ts'
import { isObject, type JsonValue, parseStrict } from '../kernel/strict-json.ts'
import type { Considered } from './considered.ts'
import type { Spine } from './spine.ts'

/** The refusal, or undefined when nobody denied anything like this. */
export async function shopsAround(
  spine: Spine,
  { place, call, above }: Considered,
): Promise<Refusal | undefined> {
  const { tenant, task } = place.session
  const sinceMs = spine.clock.nowMs() - spine.limits.denialMemoryMs
  // What a person refused the agent that handed over is refused to the one it was handed to.
  const agents = [task.agent, ...above.map(({ agent }) => agent.id)]
  const denied = (
    await Promise.all(agents.map((agent) => spine.approvals.deniedOf(tenant, agent, task.caseId)))
  ).flat()
  const recent = denied.filter((each) => (each.decidedAtMs ?? 0) > sinceMs && covers(each, call))
  const wanted = new Set(call.targets.map(({ kind, id }) => `${kind}/${id.toLowerCase()}`))
  for (const request of recent) {
    const shown = await spine.payloads.open(tenant, request.requestEntry, 'package')
    const value = shown.state === 'present' ? parseStrict(shown.bytes) : undefined
    if (targetsIn(value).some((target) => wanted.has(target))) {
      return refusal('approval_denied', 'a person just denied this effect on this target')
    }
  }
  return undefined
}

/** A program can do anything, so it counts as whatever was denied. */
function covers(denied: ApprovalRequest, call: Considered['call']): boolean {
  if (call.flags.includes('arbitrary-execution')) return true
  return isEffect(denied.effect) && atLeast(call.effect, denied.effect)
}

function isEffect(text: string): text is Effect {
  return (EFFECTS as readonly string[]).includes(text)
}

function targetsIn(value: JsonValue | undefined): readonly string[] {
  if (!isObject(value) || !Array.isArray(value.targets)) return []
  return value.targets.flatMap((target: JsonValue) =>
    isObject(target) && typeof target.kind === 'string' && typeof target.id === 'string'
      ? [`${target.kind}/${target.id.toLowerCase()}`]
      : [],
  )
}
