/**
 * What a task may see. Depends only on the credential: the agent's grants, the task's scope and purpose, and
 * what people reviewed; never on what was called before (R1, R23).
 */
import { classesOf, type Reviewed } from '../catalogue/classification.ts'
import type { ToolStore } from '../catalogue/ports.ts'
import { atLeast, type Effect, type Tool } from '../catalogue/tool.ts'
import type { VisibleTools } from './ports.ts'
import { mayUse, type TaskSession } from './session.ts'

export function makeVisibleTools(tools: Pick<ToolStore, 'list'>): VisibleTools {
  return async (session) => {
    const all = await tools.list(session.tenant)
    return all.filter((tool) => isVisible(tool, session)).sort(byExposedName)
  }
}

function isVisible(tool: Tool, session: TaskSession): boolean {
  if (tool.status !== 'approved' || tool.reviewed === undefined) return false
  if (tool.reviewed.definitionDigest !== tool.definitionDigest) return false
  if (!mayUse(session, tool.upstream, tool.name)) return false
  return session.task.purpose === 'respond' || !atLeast(mildestEffect(tool.reviewed), 'write')
}

/** A tool that can also read stays visible while investigating; the call is decided on its arguments. */
function mildestEffect(reviewed: Reviewed): Effect {
  const effects = classesOf(reviewed).map(({ effect }) => effect)
  return effects.reduce((mildest, each) => (atLeast(mildest, each) ? each : mildest), 'destructive')
}

function byExposedName(a: Tool, b: Tool): number {
  return a.exposedName < b.exposedName ? -1 : 1
}
