/** Tools and entries for tests: a small valid one, and what the test changes. */

import { classify, isRefused, type ToolLookup } from '../../src/catalogue/classify.ts'
import { definitionDigest } from '../../src/catalogue/definition-digest.ts'
import { entryDigest } from '../../src/catalogue/entry-file.ts'
import { exposeName } from '../../src/catalogue/expose-name.ts'
import type {
  Classification,
  ClassifiedCall,
  Tool,
  ToolDefinition,
  ToolEntry,
} from '../../src/catalogue/tool.ts'
import type { Refusal } from '../../src/kernel/failure.ts'
import type { JsonValue } from '../../src/kernel/strict-json.ts'

export function classification(over: Partial<Classification> = {}): Classification {
  return {
    effect: 'read',
    verb: 'query',
    target: { kind: 'device', from: 'args.host' },
    reversibility: 'reversible',
    flags: [],
    triggers: [],
    resultLabels: [],
    ...over,
  }
}

export function entry(over: Partial<ToolEntry> = {}): ToolEntry {
  return {
    kind: 'tool',
    worst: classification(),
    discriminators: [],
    confirmations: [],
    timeoutMs: 60_000,
    ...over,
  }
}

export function definition(over: Readonly<Record<string, JsonValue>> = {}): ToolDefinition {
  return {
    name: 'get_host',
    description: 'Returns inventory data for one host.',
    inputSchema: {
      type: 'object',
      properties: {
        host: { type: 'string' },
        mode: { type: 'string' },
        force: { type: 'boolean' },
      },
    },
    ...over,
  } as ToolDefinition
}

/** An approved tool of upstream `edr`; `over` changes the tool, `made` what its entry and definition say. */
export function approvedTool(
  made: {
    readonly entry?: Partial<ToolEntry>
    readonly definition?: Readonly<Record<string, JsonValue>>
  } = {},
  over: Partial<Tool> = {},
): Tool {
  const given = definition(made.definition)
  const written = entry(made.entry)
  const digest = definitionDigest('tool', given)
  return {
    tenant: 'main',
    upstream: 'edr',
    kind: 'tool',
    name: given.name,
    exposedName: exposeName('edr', given.name),
    definition: given,
    definitionDigest: digest,
    status: 'approved',
    findings: [],
    reviewed: {
      entry: written,
      entryDigest: entryDigest(written),
      definitionDigest: digest,
      definition: given,
      by: 'person',
    },
    revision: 1,
    ...over,
  }
}

const NONE: ToolLookup = () => undefined

/** The classified call; throws with the refusal when there is none. */
export function classified(tool: Tool, args: JsonValue, lookup: ToolLookup = NONE): ClassifiedCall {
  const answer = classify(tool, args, lookup)
  if (isRefused(answer)) throw new Error(`${answer.code}: ${answer.detail}`)
  return answer
}

/** The refusal; throws when the call was classified. */
export function refused(
  tool: Tool,
  args: JsonValue | undefined,
  lookup: ToolLookup = NONE,
): Refusal {
  const answer = classify(tool, args, lookup)
  if (!isRefused(answer)) throw new Error(`classified as ${answer.action} ${answer.effect}`)
  return answer
}
