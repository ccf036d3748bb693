/** What the OAuth surface stands on. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { ExchangeDeps } from '../../command/exchange-token.ts'
import type { Log } from '../../kernel/log.ts'

export type OauthApp = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

export type OauthDeps = ExchangeDeps & {
  readonly baseUrl: string
  readonly keySet: { readonly keys: readonly Readonly<Record<string, string>>[] }
  readonly log: Log
  /** Requests per minute and client address at the token endpoint. */
  readonly rateLimits?: { readonly token: number }
}

/** 100 agents behind one address renew 25 tokens a minute; this leaves room for a restart of all of them. */
export const DEFAULT_TOKEN_RATE = 300
