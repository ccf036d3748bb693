/** What the MCP face stands on. Types only; the composition root hands the values in. */
import type { Tool } from '../../catalogue/tool.ts'
import type { Enforce, GatewayTool } from '../../enforcement/intent.ts'
import type { Upstreams, VisibleTools } from '../../enforcement/ports.ts'
import type { Identify, TaskSession } from '../../enforcement/session.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import type { McpFaceLimits } from './limits.ts'
import type { Tasks } from './tasks.ts'

/**
 * What an exposed name stands for among all tools of the tenant, visible or not, so that a call to one that
 * is not granted or not reviewed is decided and recorded like any other.
 */
export type ResolveTool = (session: TaskSession, exposedName: string) => Promise<Tool | undefined>

export type McpFaceParts = {
  readonly identify: Identify
  readonly enforce: Enforce
  readonly visibleTools: VisibleTools
  readonly gatewayTools: readonly GatewayTool[]
  readonly tasks: Tasks
  readonly resolveTool: ResolveTool
  readonly upstreams: Upstreams
  /** Scheme, host and port under which agents and people reach the gateway, without a slash at the end. */
  readonly publicBaseUrl: string
  readonly clock: Clock
  readonly log: Log
  readonly limits: McpFaceLimits
}
