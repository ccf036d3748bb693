/**
 * A tool server with everything the official conformance suite asks of a server, to be put behind the
 * gateway. It wants a bearer token, as a real upstream would, and remembers the headers it was sent.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  createRequestStateCodec,
  inputRequired,
  type RequestStateCodec,
  ResourceNotFoundError,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { answersOf, askingTools, CONTEXT_QUESTION } from './fixture-questions.ts'
import { type Fixture, type FixtureTool, PLAIN_TOOLS, PNG } from './fixture-tools.ts'

export type RunningFixture = {
  readonly url: string
  /** The headers of every request, in order. */
  readonly seen: IncomingHttpHeaders[]
  readonly changed: (list: 'tools' | 'prompts' | 'resources') => void
  readonly updated: (uri: string) => void
  readonly close: () => Promise<void>
}

const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
}

export async function startFixture(token: string): Promise<RunningFixture> {
  const codec = createRequestStateCodec<string>({ key: randomBytes(32) })
  const tools = new Map(
    [...PLAIN_TOOLS, ...askingTools(codec)].map((tool) => [tool.name, tool] as const),
  )
  const handler = createMcpHandler(() => makeServer(tools, codec, { changed }))
  const listen = toNodeHandler(handler)
  const seen: IncomingHttpHeaders[] = []
  const http = createServer((req, res) => {
    seen.push(req.headers)
    if (req.headers.authorization === `Bearer ${token}`) {
      void listen(req as NodeIncomingMessageLike, res)
      return
    }
    res.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
  })
  function changed(list: 'tools' | 'prompts' | 'resources'): void {
    handler.bus.publish({ kind: `${list}_list_changed` })
  }
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    seen,
    changed,
    updated: (uri) => handler.notify.resourceUpdated(uri),
    close: async () => {
      await handler.close()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

function makeServer(
  tools: ReadonlyMap<string, FixtureTool>,
  codec: RequestStateCodec<string>,
  fixture: Fixture,
): Server {
  const server = new Server(
    { name: 'conformance-fixture', version: '1.0.0' },
    { capabilities: CAPABILITIES, requestState: { verify: codec.verify } },
  )
  server.setRequestHandler('tools/list', () => ({
    tools: [...tools.values()].map(({ name, description, inputSchema }) => ({
      name,
      description,
      inputSchema: { type: 'object' as const, ...inputSchema },
    })),
  }))
  server.setRequestHandler('tools/call', async ({ params }, ctx) => {
    const tool = tools.get(params.name)
    if (tool === undefined) throw new Error(`no tool ${params.name}`)
    return (await tool.call(ctx, params.arguments ?? {}, fixture)) as never
  })
  serveResources(server)
  servePrompts(server)
  server.setRequestHandler('completion/complete', ({ params }) => ({
    completion: {
      values: ['paris', 'park', 'party'].filter((word) => word.startsWith(params.argument.value)),
    },
  }))
  return server
}

const RESOURCES = [
  {
    uri: 'test://static-text',
    name: 'static-text',
    description: 'A text',
    mimeType: 'text/plain',
    content: { text: 'This is the content of the static text resource.' },
  },
  {
    uri: 'test://static-binary',
    name: 'static-binary',
    description: 'An image',
    mimeType: 'image/png',
    content: { blob: PNG },
  },
  {
    uri: 'test://watched-resource',
    name: 'watched-resource',
    description: 'A resource to watch',
    mimeType: 'text/plain',
    content: { text: 'Watched.' },
  },
]

function serveResources(server: Server): void {
  server.setRequestHandler('resources/list', () => ({
    resources: RESOURCES.map(({ content: _, ...listed }) => listed),
  }))
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: [
      {
        uriTemplate: 'test://template/{id}/data',
        name: 'template-data',
        description: 'Data by id',
        mimeType: 'application/json',
      },
    ],
  }))
  server.setRequestHandler('resources/read', ({ params: { uri } }) => {
    const known = RESOURCES.find((resource) => resource.uri === uri)
    if (known !== undefined) {
      return { contents: [{ uri, mimeType: known.mimeType, ...known.content }] as never }
    }
    const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1]
    if (id === undefined) throw new ResourceNotFoundError(uri)
    const data = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` })
    return { contents: [{ uri, mimeType: 'application/json', text: data }] }
  })
  server.setRequestHandler('resources/subscribe', () => ({}))
  server.setRequestHandler('resources/unsubscribe', () => ({}))
}

type Args = Readonly<Record<string, string>>
type Message = { readonly role: 'user'; readonly content: Record<string, unknown> }

const PROMPTS: Readonly<
  Record<
    string,
    { readonly needs: readonly string[]; readonly messages: (args: Args) => Message[] }
  >
> = {
  test_simple_prompt: {
    needs: [],
    messages: () => [spoken('This is a simple prompt for testing.')],
  },
  test_prompt_with_arguments: {
    needs: ['arg1', 'arg2'],
    messages: ({ arg1, arg2 }) => [spoken(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
  },
  test_prompt_with_embedded_resource: {
    needs: ['resourceUri'],
    messages: ({ resourceUri }) => [
      {
        role: 'user',
        content: {
          type: 'resource',
          resource: {
            uri: resourceUri,
            mimeType: 'text/plain',
            text: 'Embedded resource content for testing.',
          },
        },
      },
      spoken('Please process the embedded resource above.'),
    ],
  },
  test_prompt_with_image: {
    needs: [],
    messages: () => [
      { role: 'user', content: { type: 'image', data: PNG, mimeType: 'image/png' } },
      spoken('Please analyze the image above.'),
    ],
  },
}

function servePrompts(server: Server): void {
  server.setRequestHandler('prompts/list', () => ({
    prompts: [
      ...Object.entries(PROMPTS),
      ['test_input_required_result_prompt', { needs: [] }] as const,
    ].map(([name, { needs }]) => ({
      name,
      description: `Prompt ${name}`,
      arguments: needs.map((argument) => ({ name: argument, required: true })),
    })),
  }))
  server.setRequestHandler('prompts/get', async ({ params }, ctx) => {
    if (params.name === 'test_input_required_result_prompt') return askContext(ctx)
    const prompt = PROMPTS[params.name]
    if (prompt === undefined) throw new Error(`no prompt ${params.name}`)
    return { messages: prompt.messages(params.arguments ?? {}) } as never
  })
}

async function askContext(ctx: ServerContext): Promise<never> {
  const answer = answersOf(ctx).user_context
  return (
    answer === undefined
      ? inputRequired({ inputRequests: { user_context: CONTEXT_QUESTION } })
      : { messages: [spoken(`Context: ${JSON.stringify(answer.content)}`)] }
  ) as never
}

function spoken(text: string): Message {
  return { role: 'user', content: { type: 'text', text } }
}
