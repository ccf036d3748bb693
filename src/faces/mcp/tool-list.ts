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

function listed(tool: Tool, name: string): JsonObject {
  // `execution` announces tasks of the server's own, which are not relayed.
  const { execution: _, ...definition } = tool.reviewed?.definition ?? tool.definition
  return { ...definition, name }
}

function ownTool(tool: GatewayTool): JsonObject {
  const { name, description, inputSchema, annotations } = tool
  return { name, description, inputSchema, annotations }
}
