/**
 * The MCP server of one request (2026) or one session (2025), with the methods that its place has. It holds
 * nothing but its handlers, so making one per request is cheap.
 */
import { Server, type ServerContext } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { InheritedMethod } from '../../enforcement/ports.ts'
import { Failure } from '../../kernel/failure.ts'
import type { JsonObject } from '../../kernel/strict-json.ts'
import { isLevel, type LegacySession, wireOf } from './agent-link.ts'
import { callTool, getPrompt, type Place, readResource } from './call.ts'
import { IMPLEMENTATION } from './implementation.ts'
import { inboundOf, paramsOf } from './inbound.ts'
import type { McpFaceParts } from './parts.ts'
import { TASK_METHODS } from './tasks.ts'
import { listReviewed, listTools, type ReviewedList } from './tool-list.ts'
import { asThrown, thrown } from './wire-error.ts'

const INSTRUCTIONS =
  'Every call is decided by policy and recorded. A result with {"countersign":{"status":"pending_approval"}} ' +
  'is not done yet: a person must decide; call countersign_await with its approval_id. A result with ' +
  '"status":"refused" did nothing; its "next" says what helps.'

/** Params are taken as they are: handlers read the message the strict reader read. */
const PARAMS = { params: z.looseObject({}) }

const NO_SCHEMAS = {
  getValidator: (): never => {
    throw new Failure('internal', 'the face validates no schemas')
  },
}

export type ServerParts = {
  readonly face: McpFaceParts
  readonly place: Place
  readonly capabilities: JsonObject
  readonly legacy: LegacySession | undefined
  /** Watches or stops watching a resource for the agent of a legacy session. */
  readonly watch?: (
    method: 'resources/subscribe' | 'resources/unsubscribe',
    uri: string,
  ) => Promise<void>
}

type Handler = (ctx: ServerContext) => Promise<JsonObject>

export function makeServer(parts: ServerParts): Server {
  const { face, place, capabilities, legacy } = parts
  const server = new Server(IMPLEMENTATION, {
    capabilities,
    instructions: INSTRUCTIONS,
    jsonSchemaValidator: NO_SCHEMAS,
    cacheHints: { 'tools/list': { ttlMs: face.limits.listTtlMs, cacheScope: 'private' } },
    inputRequired: { roundTimeoutMs: face.limits.askTimeoutMs },
  })
  server.onerror = (error) => face.log.debug({ error: error.message }, 'the MCP server reported')
  const serve = (method: string, handler: Handler) => {
    server.setRequestHandler(method, PARAMS, async (_params, ctx) => {
      try {
        return await handler(ctx)
      } catch (error) {
        throw asThrown(error)
      }
    })
  }
  if (capabilities.tools !== undefined) {
    serve('tools/list', async (ctx) => ({
      tools: await listTools(face, place, onePage(ctx).session),
    }))
    serve('tools/call', (ctx) => {
      const inbound = inboundOf(ctx)
      return inbound.outcome ?? callTool(face, place, wireOf(ctx), inbound, legacy)
    })
  }
  if (legacy === undefined && capabilities.tools !== undefined) {
    for (const [method, handle] of Object.entries(TASK_METHODS))
      serve(method, (ctx) => handle(face.tasks, inboundOf(ctx), face.publicBaseUrl))
  }
  if (place.upstream !== undefined) serveUpstream(parts, place.upstream, serve)
  return server
}

function serveUpstream(
  parts: ServerParts,
  upstream: string,
  serve: (method: string, handler: Handler) => void,
): void {
  const { face, capabilities, legacy, watch } = parts
  const inherit = (method: InheritedMethod) => {
    serve(method, async (ctx) => {
      const { _meta: _, ...params } = paramsOf(inboundOf(ctx))
      const {
        ttlMs: __,
        cacheScope: ___,
        ...result
      } = await face.upstreams.inherit(upstream, method, params)
      return result
    })
  }
  const list = (method: ReviewedList) => {
    serve(method, (ctx) => listReviewed(face, upstream, onePage(ctx).session, method))
  }
  if (capabilities.resources !== undefined) {
    list('resources/list')
    list('resources/templates/list')
    serve('resources/read', (ctx) =>
      readResource(face, upstream, wireOf(ctx), inboundOf(ctx), legacy),
    )
  }
  if (capabilities.prompts !== undefined) {
    list('prompts/list')
    serve('prompts/get', (ctx) => getPrompt(face, upstream, wireOf(ctx), inboundOf(ctx), legacy))
  }
  if (capabilities.completions !== undefined) inherit('completion/complete')
  if (legacy === undefined) return
  if (capabilities.logging !== undefined) serve('logging/setLevel', (ctx) => setLevel(ctx, legacy))
  if (watch === undefined || capabilities.resources === undefined) return
  for (const method of ['resources/subscribe', 'resources/unsubscribe'] as const) {
    serve(method, async (ctx) => {
      await watch(method, textOf(ctx, 'uri'))
      return {}
    })
  }
}

async function setLevel(ctx: ServerContext, legacy: LegacySession): Promise<JsonObject> {
  const level = textOf(ctx, 'level')
  if (!isLevel(level)) throw thrown('arguments_invalid', 'params.level is no log level')
  legacy.logLevel = level
  return {}
}

function textOf(ctx: ServerContext, name: string): string {
  const value = paramsOf(inboundOf(ctx))[name]
  if (typeof value === 'string') return value
  throw thrown('arguments_invalid', `params.${name} must be a string`)
}

/** Lists are given whole, so a cursor was never handed out. */
function onePage(ctx: ServerContext) {
  const inbound = inboundOf(ctx)
  if (paramsOf(inbound).cursor !== undefined) {
    throw thrown('arguments_invalid', 'this list has one page and no cursor')
  }
  return inbound
}
