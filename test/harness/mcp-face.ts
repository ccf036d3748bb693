/** A second MCP face on a running gateway, with other limits or another clock; everything behind it is the same. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMcpFace } from '../../src/faces/mcp/face.ts'
import { MCP_FACE_LIMITS, type McpFaceLimits } from '../../src/faces/mcp/limits.ts'
import type { Clock } from '../../src/kernel/clock.ts'
import type { Plane } from './plane.ts'

export type ServedFace = { readonly url: string; readonly close: () => Promise<void> }

export async function serveFace(
  { gateway }: Pick<Plane, 'gateway'>,
  limits: Partial<McpFaceLimits>,
  clock: Clock = gateway.parts.clock,
): Promise<ServedFace> {
  const face = createMcpFace({
    ...gateway.parts.mcpParts,
    clock,
    limits: { ...MCP_FACE_LIMITS, ...limits },
  })
  const http = createServer((req, res) => void face.handle(req, res))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    close: async () => {
      await face.close()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}
