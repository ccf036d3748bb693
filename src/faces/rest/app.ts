/** The type of the Fastify instance all routes are registered on, and what each of their answers looks like. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { problem } from '../../contract/problem.ts'
import { PROBLEM_TYPE } from './problem.ts'

export type App = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

const PROBLEM = {
  description: 'RFC 9457 problem with our code',
  content: { [PROBLEM_TYPE]: { schema: problem } },
} as const

/** Responses of a route: this body for 200, a problem for everything that goes wrong. */
export function answers<T extends z.ZodType>(body: T) {
  return { 200: body, '4xx': PROBLEM, '5xx': PROBLEM } as const
}

/** The same for a route that makes something. */
export function creates<T extends z.ZodType>(body: T) {
  return { 201: body, '4xx': PROBLEM, '5xx': PROBLEM } as const
}

/** Responses of a route that answers text or bytes of its own. */
export function streams(mediaType: string, description: string) {
  return {
    200: { description, content: { [mediaType]: { schema: z.unknown() } } },
    '4xx': PROBLEM,
    '5xx': PROBLEM,
  } as const
}
