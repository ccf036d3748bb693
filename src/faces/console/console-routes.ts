/** The console as static files: one page for every client route, and hashed assets that never change. */
import { resolve } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyReply } from 'fastify'
import { CONSOLE_PAGES } from '../../contract/console-pages.ts'
import type { App } from '../rest/app.ts'
import type { MachinePlaces } from './page.ts'
import { PERMISSIONS_POLICY, readPage, securityPolicy } from './page.ts'

export type ConsoleDeps = MachinePlaces & {
  readonly random: (bytes: number) => Uint8Array
  /** The folder Vite wrote; absent or empty means that the console is not built. */
  readonly consoleDir?: string
}

/** 128 bits, as CSP level 3 asks for. */
const NONCE_BYTES = 16
const YEAR_MS = 365 * 24 * 3_600_000
/** Routes of the console are no part of the API's description. */
const HIDDEN = { schema: { hide: true } } as const

export async function consoleRoutes(app: App, deps: ConsoleDeps): Promise<void> {
  const page = readPage(deps.consoleDir, deps)
  const send = (reply: FastifyReply): FastifyReply => {
    const nonce = Buffer.from(deps.random(NONCE_BYTES)).toString('base64')
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', securityPolicy(nonce))
      .header('permissions-policy', PERMISSIONS_POLICY)
      .send(page.html(nonce))
  }
  app.get('/', HIDDEN, async (_request, reply) => send(reply))
  for (const name of CONSOLE_PAGES) {
    app.get(`/${name}`, HIDDEN, async (_request, reply) => send(reply))
    app.get(`/${name}/*`, HIDDEN, async (_request, reply) => send(reply))
  }
  if (deps.consoleDir === undefined || !page.isBuilt) return
  await app.register(fastifyStatic, {
    root: resolve(deps.consoleDir),
    serve: false,
    preCompressed: true,
  })
  app.get<{ Params: { '*': string } }>('/assets/*', HIDDEN, async (request, reply) =>
    reply.sendFile(`assets/${request.params['*']}`, {
      maxAge: YEAR_MS,
      immutable: true,
      dotfiles: 'ignore',
    }),
  )
}
