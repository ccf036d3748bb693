/**
 * Step 8: did it really take effect? A tool's own word is not proof, so where the catalogue names a read that
 * shows the effect, the gateway makes that read: as itself, recorded like any call, through a slot of its own.
 */
import { classify, isRefused } from '../catalogue/classify.ts'
import { probeArguments, probeHolds } from '../catalogue/probe.ts'
import { atLeast, type ClassifiedCall, type Tool } from '../catalogue/tool.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { actOwn, calleeOf, dispatchOwn } from './own-call.ts'
import type { TaskPlace } from './session.ts'
import type { Acted, ProbeFinding } from './settle.ts'
import { settle } from './settle.ts'
import type { Spine } from './spine.ts'

/** The probe's own doer in the ledger. */
const PROBER = { kind: 'system', id: 'effect-probe' } as const

/**
 * `verified` or `absent` when the probe could tell, else `untold`. Runs after an answer and after a time-out,
 * because then most of all one wants to know; never for reads and never when nothing was sent.
 */
export async function probe(
  spine: Spine,
  session: TaskPlace,
  call: ClassifiedCall,
  acted: Acted,
): Promise<ProbeFinding> {
  if (!atLeast(call.effect, 'annotate') || !mayHaveActed(acted)) return 'untold'
  return look(spine, session, call)
}

/** Whether the effect of the call is there now. */
export async function look(
  spine: Spine,
  session: TaskPlace,
  call: Pick<ClassifiedCall, 'tool' | 'toolArguments'>,
): Promise<ProbeFinding> {
  const rule = call.tool.reviewed?.entry.probe
  if (rule === undefined) return 'untold'
  const args = probeArguments(rule.arguments, call.toolArguments)
  if (args === undefined) return 'untold'
  const tool = await calleeOf(spine, session.tenant, call.tool.upstream, rule.tool)
  if (tool === undefined) return 'untold'
  const result = await readOnce(spine, session, tool, args).catch(() => undefined)
  if (result === undefined) return 'untold'
  const holds = probeHolds(rule.expect, result, call.toolArguments)
  if (holds === undefined) return 'untold'
  return holds ? 'verified' : 'absent'
}

function mayHaveActed(acted: Acted): boolean {
  if (acted.kind === 'answer') return acted.answer.kind === 'complete' && !acted.answer.isToolError
  return acted.kind === 'failure'
}

/** One recorded read by the gateway. Undefined when the tool is not a reviewed read or did not answer. */
async function readOnce(
  spine: Spine,
  session: TaskPlace,
  tool: Tool,
  args: JsonObject,
): Promise<JsonObject | undefined> {
  const call = classify(tool, args, () => undefined)
  if (isRefused(call) || call.effect !== 'read') return undefined
  const own = { session, tool, call, actor: PROBER, rule: 'gateway:effect-probe' }
  const sent = await dispatchOwn(spine, own)
  spine.at('probe:dispatched')
  const acted = await actOwn(spine, own, sent)
  spine.at('probe:acted')
  await settle(spine, sent.place, call, sent.dispatched, acted, 'untold')
  return acted.kind === 'answer' && !acted.answer.isToolError ? acted.answer.result : undefined
}
