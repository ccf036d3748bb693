/** The OAuth surface: metadata where RFC 8414 and RFC 9728 clients look, the public keys, the token endpoint. */
import { z } from 'zod'
import { TOKEN_EXCHANGE_GRANT } from '../../command/exchange-token.ts'
import { TASK_DETAILS_TYPE } from '../../task/authorization-details.ts'
import type { OauthApp, OauthDeps } from './deps.ts'
import { tokenRoute } from './token-route.ts'

const TAGS = ['oauth']
const document = z.looseObject({})

/** Registers in an encapsulated scope of its own: forms are read here and nowhere else. */
export function oauthRoutes(app: OauthApp, deps: OauthDeps): void {
  const schema = { tags: TAGS, response: { 200: document } }
  app.get('/.well-known/oauth-authorization-server', { schema }, () => serverMetadata(deps))
  const resource = resourceMetadata(deps)
  app.get('/.well-known/oauth-protected-resource', { schema }, () => resource)
  app.get('/.well-known/oauth-protected-resource/mcp', { schema }, () => resource)
  // A client that was given /mcp/u/<upstream> looks here; the resource it needs a token for is the same.
  app.get(
    '/.well-known/oauth-protected-resource/mcp/u/:upstream',
    { schema: { ...schema, params: z.strictObject({ upstream: z.string() }) } },
    () => resource,
  )
  app.get('/oauth/jwks', { schema }, async (_request, reply) =>
    reply.header('cache-control', 'public, max-age=300').send(deps.keySet),
  )
  tokenRoute(app, deps)
}

/** RFC 8414. One grant, no authorization endpoint, no client secrets: the actor token is the proof. */
function serverMetadata(deps: OauthDeps) {
  return {
    issuer: deps.baseUrl,
    token_endpoint: deps.tokenEndpoint,
    jwks_uri: `${deps.baseUrl}/oauth/jwks`,
    grant_types_supported: [TOKEN_EXCHANGE_GRANT],
    // Required by RFC 8414; empty, because nobody is redirected anywhere.
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ['none'],
    authorization_details_types_supported: [TASK_DETAILS_TYPE],
    protected_resources: [deps.resource],
  }
}

/** RFC 9728. */
function resourceMetadata(deps: OauthDeps) {
  return {
    resource: deps.resource,
    resource_name: 'Countersign MCP gateway',
    authorization_servers: [deps.baseUrl],
    bearer_methods_supported: ['header'],
    authorization_details_types_supported: [TASK_DETAILS_TYPE],
  }
}
