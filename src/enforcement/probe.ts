/**
 * Step 8: did it really take effect? A tool's own word is not proof, so where the catalogue names a read that
 * shows the effect, the gateway makes that read: as itself, recorded like any call, through a slot of its own.
 */
import { probeArguments, probeHolds } from '../catalogue/probe.ts'
import { atLeast, type ClassifiedCall } from '../catalogue/tool.ts'
import { ownRead } from './own-read.ts'
import type { TaskPlace } from './session.ts'
import type { Acted, ProbeFinding } from './settle.ts'
import type { Spine } from './spine.ts'

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
  const { upstream } = call.tool
  const read = { upstream, tool: rule.tool, arguments: args, reader: 'effect-probe' } as const
  const seen = await ownRead(spine, session, read)
  if (seen === undefined) return 'untold'
  const holds = probeHolds(rule.expect, seen.result, call.toolArguments)
  if (holds === undefined) return 'untold'
  return holds ? 'verified' : 'absent'
}

function mayHaveActed(acted: Acted): boolean {
  if (acted.kind === 'answer') return acted.answer.kind === 'complete' && !acted.answer.isToolError
  return acted.kind === 'failure'
}
