import { afterEach, expect, it } from 'vitest'
import {
  agentMode,
  agentState,
  environment,
  purpose,
  requestState,
  role,
  stopScope,
  toolKind,
  toolStatus,
} from '../../src/contract/words.ts'
import { ACCESS } from '../../src/faces/rest/access.ts'
import { AGENT_MODES, AGENT_STATES } from '../../src/identity/agent.ts'
import { ROLES } from '../../src/identity/person.ts'
import { PURPOSES } from '../../src/task/task.ts'
import { openRestGateway } from '../harness/rest-gateway.ts'
import { onSqlite } from '../harness/stores.ts'

type Operation = {
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
  }[]
  readonly requestBody?: unknown
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, unknown>> }>
  >
  readonly security?: readonly Readonly<Record<string, unknown>>[]
}
type OpenApi = {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, unknown>>
    readonly securitySchemes: Readonly<Record<string, unknown>>
  }
}

/** Every `$ref` anywhere below. */
function refsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) =>
    key === '$ref' && typeof child === 'string' ? [child] : refsIn(child),
  )
}

onSqlite((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })
  const read = async (): Promise<OpenApi> => {
    const gateway = await openRestGateway(engine, undo)
    const answer = await gateway.send('GET', '/api/openapi.json')
    expect(answer.status).toBe(200)
    return answer.json() as unknown as OpenApi
  }

  it('describes every route and no other', async () => {
    const { openapi, info, paths } = await read()
    expect(openapi).toMatch(/^3\.1\./)
    expect(info).toMatchObject({ title: 'Countersign', version: '0.0.0-test' })
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const routes = Object.keys(ACCESS).map((key) =>
      key.replaceAll(/:([a-z_]+)/g, '{$1}').replace('*', '{*}'),
    )
    expect(described.filter((key) => !key.startsWith('HEAD ')).sort()).toEqual(routes.sort())
  })

  it('is sound: each reference resolves, each path parameter is declared, each operation answers', async () => {
    const document = await read()
    for (const ref of refsIn(document)) {
      expect(ref).toMatch(/^#\/components\/schemas\//)
      expect(document.components.schemas).toHaveProperty(ref.slice('#/components/schemas/'.length))
    }
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
        const named = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1])
        expect(declared.map((parameter) => parameter.name).sort(), `${method} ${path}`).toEqual(
          named.sort(),
        )
        expect(
          declared.every((parameter) => parameter.required),
          path,
        ).toBe(true)
        expect(Object.keys(operation.responses).length, path).toBeGreaterThan(0)
      }
    }
  })

  it('says for each route which token it takes and that its errors are problems', async () => {
    const { paths, components } = await read()
    expect(Object.keys(components.securitySchemes).sort()).toEqual(['person', 'session', 'task'])
    for (const [key, access] of Object.entries(ACCESS)) {
      const [method = '', url = ''] = key.split(' ')
      const path = url.replaceAll(/:([a-z_]+)/g, '{$1}').replace('*', '{*}')
      const operation = paths[path]?.[method.toLowerCase()]
      expect(operation?.security, key).toEqual(
        { public: [], task: [{ task: [] }], person: [{ person: [] }, { session: [] }] }[access.who],
      )
      if (access.who === 'public') continue
      expect(Object.keys(operation?.responses['4XX']?.content ?? {}), key).toEqual([
        'application/problem+json',
      ])
    }
  })

  it('describes the token request as the form it is', async () => {
    const { paths } = await read()
    const { requestBody } = paths['/oauth/token']?.post ?? {}
    expect(Object.keys((requestBody as { content: object }).content)).toEqual([
      'application/x-www-form-urlencoded',
    ])
  })

  it('repeats the closed lists of the product word for word', () => {
    expect(role.options).toEqual(ROLES)
    expect(agentMode.options).toEqual(AGENT_MODES)
    expect(agentState.options).toEqual(AGENT_STATES)
    expect(purpose.options).toEqual(PURPOSES)
    expect(requestState.options).toEqual(['pending', 'approved', 'denied', 'expired', 'cancelled'])
    expect(toolKind.options).toEqual(['tool', 'resource', 'prompt'])
    expect(toolStatus.options).toEqual(['quarantined', 'approved', 'suspended'])
    expect(environment.options).toEqual(['production', 'staging', 'lab', 'unknown'])
    expect(stopScope.options).toEqual(['agent', 'tool', 'tenant', 'writes'])
  })
})
