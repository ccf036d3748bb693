/** A platform engineer who approves what a test's own tool server offers. */
import type { Tool } from '../../src/catalogue/tool.ts'
import { reviewTool } from '../../src/command/review-tool.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { TENANT } from '../../src/wiring.ts'
import type { Plane } from './plane.ts'

/** Reads, and nothing else: the classification under which a call runs at once. */
export function asRead({ kind }: Tool): JsonObject {
  return { kind, effect: 'read', verb: 'query', target: { kind: 'text' } }
}

/** Approves every tool, resource and prompt of the upstream that is not approved yet. */
export async function reviewAll(
  { gateway, petra }: Pick<Plane, 'gateway' | 'petra'>,
  upstream: string,
  entryOf: (tool: Tool) => JsonObject = asRead,
): Promise<void> {
  const tools = await gateway.parts.store.tools.list(TENANT)
  for (const tool of tools) {
    if (tool.upstream !== upstream || tool.status === 'approved') continue
    await reviewTool(gateway.parts.restParts, {
      tenant: TENANT,
      by: { kind: 'person', person: petra },
      upstream,
      kind: tool.kind,
      name: tool.name,
      seenDigest: tool.definitionDigest,
      verdict: { kind: 'approve', entry: entryOf(tool) },
    })
  }
  // The active policy bundle must declare every action a reviewed tool can have.
  await gateway.refreshTools()
}
