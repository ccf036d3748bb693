/** The API described from the very schemas that check it, at /api/openapi.json. */
import swagger from '@fastify/swagger'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { ACCESS } from './access.ts'
import type { App } from './app.ts'
import type { RestDeps } from './deps.ts'

export async function describeApi(
  app: App,
  deps: Pick<RestDeps, 'baseUrl' | 'version'>,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      // JSON Schema as it is; 3.0 knows only a dialect of it.
      openapi: '3.1.0',
      info: {
        title: 'Countersign',
        description:
          'The control plane between AI agents and the tools of a security operations centre.',
        version: deps.version,
        license: { name: 'Apache-2.0' },
      },
      servers: [{ url: deps.baseUrl }],
      components: {
        securitySchemes: {
          person: { type: 'http', scheme: 'bearer', description: "a person's API token" },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'countersign',
            description: 'a console session; changes carry the header countersign-console',
          },
          task: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'at+jwt',
            description: 'a task token',
          },
        },
      },
    },
    transform: (input) => {
      const { schema, url } = jsonSchemaTransform(input)
      return { url, schema: { ...schema, security: securityOf([input.route.method].flat(), url) } }
    },
    transformObject: jsonSchemaTransformObject,
  })
  app.get(
    '/api/openapi.json',
    { schema: { tags: ['service'], response: { 200: z.looseObject({}) } } },
    () => app.swagger() as unknown as Record<string, unknown>,
  )
}

function securityOf(methods: readonly string[], url: string): Record<string, readonly string[]>[] {
  const access = methods
    .map((method) => ACCESS[`${method} ${url}`])
    .find((row) => row !== undefined)
  if (access === undefined || access.who === 'public') return []
  return access.who === 'task' ? [{ task: [] }] : [{ person: [] }, { session: [] }]
}
