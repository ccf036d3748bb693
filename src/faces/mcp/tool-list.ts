/**
 * `tools/list`: a function of the credential and the place alone. The same token gets the same list in the
 * same order, whatever it asked before (MCP 2026-07-28), and the text is the text a person reviewed.
 */
import type { Tool } from '../../catalogue/tool.ts'
import type { GatewayTool } from '../../enforcement/intent.ts'
import type { TaskSession } from '../../enforcement/session.ts'
import type { JsonObject } from '../../kernel/strict-json.ts'
import type { Place } from './call.ts'
import type { McpFaceParts } from './parts.ts'

export async function listTools(
  parts: McpFaceParts,
  place: Place,
  session: TaskSession,
): Promise<readonly JsonObject[]> {
  const visible = (await parts.visibleTools(session)).filter(({ kind }) => kind === 'tool')
  if (place.upstream === undefined) {
    return [
      ...visible.map((tool) => listed(tool, tool.exposedName)),
      ...parts.gatewayTools.map(ownTool),
    ]
  }
  return visible
    .filter(({ upstream }) => upstream === place.upstream)
    .map((tool) => listed(tool, tool.name))
}

/** Which MCP list a definition belongs to, and the member of that list's result. */
const REVIEWED_LISTS = {
  'resources/list': { member: 'resources', has: 'uri' },
  'resources/templates/list': { member: 'resourceTemplates', has: 'uriTemplate' },
  'prompts/list': { member: 'prompts', has: 'name' },
} as const
export type ReviewedList = keyof typeof REVIEWED_LISTS

/** Resources, templates or prompts of one upstream: what people reviewed, in the words they reviewed. */
export async function listReviewed(
  parts: McpFaceParts,
  upstream: string,
  session: TaskSession,
  method: ReviewedList,
): Promise<JsonObject> {
  const { member, has } = REVIEWED_LISTS[method]
  const kind = method === 'prompts/list' ? 'prompt' : 'resource'
  const visible = await parts.visibleTools(session)
  const own = visible
    .filter((tool) => tool.upstream === upstream && tool.kind === kind)
    .map((tool) => tool.reviewed?.definition ?? tool.definition)
    .filter((definition) => definition[has] !== undefined)
  return { [member]: own }
}

function listed(tool: Tool, name: string): JsonObject {
  // `execution` announces tasks of the server's own, which are not relayed.
  const { execution: _, ...definition } = tool.reviewed?.definition ?? tool.definition
  return { ...definition, name }
}

function ownTool(tool: GatewayTool): JsonObject {
  const { name, description, inputSchema, annotations } = tool
  return { name, description, inputSchema, annotations }
}
