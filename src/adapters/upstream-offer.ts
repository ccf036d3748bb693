/** What a tool server offers: every page of its lists, each definition exactly as it was given. */
import type { UpstreamOffer } from '../catalogue/ports.ts'
import type { ToolDefinition, ToolKind } from '../catalogue/tool.ts'
import { Failure } from '../kernel/failure.ts'
import { isObject, type JsonObject, type JsonValue } from '../kernel/strict-json.ts'
import { UpstreamError } from '../kernel/upstream-error.ts'
import type { Connection } from './upstream-connection.ts'
import { plainObject } from './upstream-plain-json.ts'
import { sendPlain } from './upstream-request.ts'
import type { UpstreamLimits } from './upstream-spec.ts'

/** A server whose cursor never ends must not keep us forever; 64 pages are thousands of tools. */
const MAX_PAGES = 64

const LISTS = [
  { method: 'tools/list', member: 'tools', kind: 'tool', capability: 'tools' },
  { method: 'resources/list', member: 'resources', kind: 'resource', capability: 'resources' },
  {
    method: 'resources/templates/list',
    member: 'resourceTemplates',
    kind: 'resource',
    capability: 'resources',
  },
  { method: 'prompts/list', member: 'prompts', kind: 'prompt', capability: 'prompts' },
] as const

type Listed = { readonly kind: ToolKind; readonly definition: ToolDefinition }

export async function readOffer(
  upstream: string,
  connection: Connection,
  limits: UpstreamLimits,
): Promise<UpstreamOffer> {
  const { client } = connection
  const capabilities: Readonly<Record<string, unknown>> = { ...client.getServerCapabilities() }
  const definitions: Listed[] = []
  for (const list of LISTS) {
    if (capabilities[list.capability] === undefined) continue
    const items = await listAll(connection, list.method, list.member, limits)
    definitions.push(...items.map((item) => ({ kind: list.kind, definition: named(item) })))
  }
  const version = client.getServerVersion()
  const instructions = client.getInstructions()
  return {
    upstream,
    definitions: withoutRepeatedUris(definitions),
    capabilities,
    serverName: version?.name ?? '',
    serverVersion: version?.version ?? '',
    ...(instructions === undefined ? {} : { instructions }),
  }
}

/**
 * Some servers list a resource once more as a template without variables. Both name the one URI, so the template
 * adds nothing; kept, it would be a second definition of one name, and the server would be believed about neither.
 */
function withoutRepeatedUris(definitions: readonly Listed[]): readonly Listed[] {
  const uris = new Set(definitions.map(({ definition }) => definition.uri))
  return definitions.filter(({ definition: { uri, uriTemplate } }) => {
    return uri !== undefined || uriTemplate === undefined || !uris.has(uriTemplate)
  })
}

async function listAll(
  connection: Connection,
  method: string,
  member: string,
  limits: UpstreamLimits,
): Promise<readonly JsonValue[]> {
  const items: JsonValue[] = []
  let cursor: JsonValue | undefined
  for (let page = 0; page < MAX_PAGES; page++) {
    const params: JsonObject = cursor === undefined ? {} : { cursor }
    const result = await listPage(connection, method, params, limits)
    const part = result[member] ?? []
    if (!Array.isArray(part)) throw new Failure('upstream_protocol', `${member} is not a list`)
    items.push(...part)
    cursor = result.nextCursor
    if (cursor === undefined || cursor === null) return items
  }
  throw new Failure('upstream_protocol', `${method} has more than ${MAX_PAGES} pages`)
}

async function listPage(
  connection: Connection,
  method: string,
  params: JsonObject,
  limits: UpstreamLimits,
): Promise<JsonObject> {
  try {
    const raw = await sendPlain(connection.client, method, params, limits.inheritTimeoutMs)
    return plainObject(raw, { maxBytes: limits.maxResultBytes, maxDepth: limits.maxResultDepth })
  } catch (error) {
    // Many servers declare resources and know no templates.
    if (error instanceof UpstreamError && error.rpcCode === -32601) return {}
    if (error instanceof UpstreamError) {
      throw new Failure('upstream_failed', `${method} was answered with error ${error.rpcCode}`)
    }
    throw error
  }
}

function named(item: JsonValue): ToolDefinition {
  if (!isObject(item) || typeof item.name !== 'string') {
    throw new Failure('upstream_protocol', 'a listed definition has no name')
  }
  return { ...item, name: item.name }
}
