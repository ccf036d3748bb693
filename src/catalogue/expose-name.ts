/**
 * What an agent calls a tool: `<upstream>__<tool>`, at most 64 characters of the set every model API accepts
 * (DESIGN 11). Calls are routed by a map from these names, never by splitting them.
 */
import { digestOfJson } from '../kernel/canonical-json.ts'
import { Failure } from '../kernel/failure.ts'
import type { Tool } from './tool.ts'

const UPSTREAM = /^[a-z0-9-]{1,20}$/
const PORTABLE = /^[A-Za-z0-9_-]+$/
const MAX_LENGTH = 64
/** 32 bits tell the tools of one upstream apart; two that still meet are refused by `routeNames`. */
const HEX_DIGITS = 8

/** Whether `text` may name an upstream. */
export function isUpstreamId(text: string): boolean {
  return UPSTREAM.test(text)
}

/**
 * The exposed name. A name that is too long or holds a character that model APIs refuse is cut and carries 8
 * hex digits over upstream and tool name instead, so that it stays the same while the definition changes.
 * Throws `config_invalid` for an upstream id outside `[a-z0-9-]{1,20}`.
 */
export function exposeName(upstream: string, toolName: string): string {
  if (!isUpstreamId(upstream)) {
    throw new Failure('config_invalid', 'an upstream id is 1 to 20 of a-z, 0-9 and "-"')
  }
  const whole = `${upstream}__${toolName}`
  if (whole.length <= MAX_LENGTH && PORTABLE.test(toolName)) return whole
  const digest = digestOfJson('countersign-tool-v1', { upstream, name: toolName.toWellFormed() })
  const suffix = `_${digest.slice('sha256:'.length, 'sha256:'.length + HEX_DIGITS)}`
  const portable = whole.replace(/[^A-Za-z0-9_-]/g, '_')
  return `${portable.slice(0, MAX_LENGTH - suffix.length)}${suffix}`
}

/**
 * The map that calls are routed by. When two tools would answer to one name neither does: an agent that
 * names it gets `tool_unknown`, and both stand in `refused`.
 */
export function routeNames(tools: readonly Tool[]): {
  readonly byExposedName: ReadonlyMap<string, Tool>
  readonly refused: readonly Tool[]
} {
  const groups = Map.groupBy(tools, (tool) => tool.exposedName)
  const single = [...groups].flatMap(([name, group]) =>
    group.length === 1 ? group.map((tool) => [name, tool] as const) : [],
  )
  const refused = [...groups.values()].filter((group) => group.length > 1).flat()
  return { byExposedName: new Map(single), refused }
}
