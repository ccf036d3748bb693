/** What the face knows of a request before the MCP library sees it, and how handlers find it again. */
import type { AuthInfo, ServerContext } from '@modelcontextprotocol/server'
import type { TaskSession } from '../../enforcement/session.ts'
import { Failure } from '../../kernel/failure.ts'
import { isObject, type JsonObject } from '../../kernel/strict-json.ts'

export type Inbound = {
  /** Who presented the token of this very request. */
  readonly session: TaskSession
  /** The message as the strict reader read it. Decisions rest on this, not on a library's copy. */
  readonly message: JsonObject
  /** What came of it already, when the library only has to write it. */
  readonly outcome?: Promise<JsonObject>
}

const inbounds = new WeakMap<AuthInfo, Inbound>()

/** Travels through the library in place of a token; it holds none. */
export function authInfoOf(inbound: Inbound): AuthInfo {
  const info: AuthInfo = { token: '', clientId: inbound.session.agent.id, scopes: [] }
  inbounds.set(info, inbound)
  return info
}

export function inboundOf(ctx: ServerContext): Inbound {
  const info = ctx.http?.authInfo
  const inbound = info === undefined ? undefined : inbounds.get(info)
  if (inbound === undefined) throw new Failure('internal', 'a handler ran outside its request')
  return inbound
}

export function paramsOf({ message }: Pick<Inbound, 'message'>): JsonObject {
  const { params } = message
  return isObject(params) ? params : {}
}

export function metaOf(inbound: Pick<Inbound, 'message'>): JsonObject {
  const meta = paramsOf(inbound)._meta
  return isObject(meta) ? meta : {}
}
