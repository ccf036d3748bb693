import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TENANT } from '../../src/wiring.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { npmUpstream } from '../harness/mcp-upstreams.ts'
import { postModern } from '../harness/mcp-wire.ts'
import { addAgent, type Plane, startPlane, taskToken } from '../harness/plane.ts'

let plane: Plane
let token: string
let url: string

beforeAll(async () => {
  plane = await startPlane({
    upstreams: [
      npmUpstream('every', '@modelcontextprotocol/server-everything', ['stdio']),
      {
        ...npmUpstream('raw', '@modelcontextprotocol/server-everything', ['stdio']),
        trustsShippedEntries: false,
      },
      {
        id: 'away',
        transport: 'streamable-http',
        url: 'http://127.0.0.1:9/mcp',
        trustsShippedEntries: false,
      },
    ],
  })
  token = await taskToken(plane)
  url = `${plane.gateway.baseUrl}/mcp`
}, 60_000)
afterAll(() => plane?.close())

const list = async (bearer: string, at = url) => {
  const { body } = await postModern(at, bearer, 'tools/list')
  return body.result as {
    readonly tools: { readonly name: string }[]
    readonly cacheScope: string
    readonly ttlMs: number
  }
}
const namesOf = async (bearer: string, at = url) =>
  (await list(bearer, at)).tools.map(({ name }) => name)

describe('tools/list', () => {
  it('says the same, in the same order, whatever the agent did before', async () => {
    const before = await list(token)
    const agent = await connectAgent(plane.gateway.baseUrl, token, 'legacy-v2')
    await agent.call('every__echo', { message: 'x' })
    await agent.call('every__no_such_tool', {})
    await agent.call('every__get-env', {})
    await agent.close()
    expect(await list(token)).toEqual(before)
    const exposed = before.tools
      .map(({ name }) => name)
      .filter((name) => name.startsWith('every__'))
    expect(exposed).toEqual([...exposed].sort())
  })

  it('may be kept only for the credential it was made for, and not for long', async () => {
    expect(await list(token)).toMatchObject({ cacheScope: 'private', ttlMs: 30_000 })
  })

  it('lacks what the agent was not granted, and calling it anyway is refused and recorded [R1]', async () => {
    const narrow = await addAgent(plane.gateway, 'narrow', plane.alex, { grants: ['every/echo'] })
    const bearer = await taskToken(plane, 'respond', {}, narrow)
    expect((await namesOf(bearer)).filter((name) => name.startsWith('every__'))).toEqual([
      'every__echo',
    ])
    const agent = await connectAgent(plane.gateway.baseUrl, bearer)
    const said = saidBy(await agent.call('every__get-sum', { a: 1, b: 2 }))
    expect(said).toMatchObject({ status: 'refused', code: 'tool_not_granted' })
    const recorded = await plane.gateway.parts.store.calls.byId(TENANT, said?.call_id ?? '')
    expect(recorded).toMatchObject({ tool: 'every__get-sum', agent: narrow.id, state: 'denied' })
    await agent.close()
  })

  it('shows no tool that changes something to a task that only investigates [R23]', async () => {
    const investigating = await taskToken(plane, 'investigate')
    const [seen, all] = [await namesOf(investigating), await namesOf(token)]
    expect(all).toContain('every__gzip-file-as-resource')
    expect(seen).not.toContain('every__gzip-file-as-resource')
    expect(seen).toContain('every__echo')
  })

  it('has the names of the server itself, and only those, where the address is one server', async () => {
    const names = await namesOf(token, `${url}/u/every`)
    expect(names).toContain('echo')
    expect(names.filter((name) => name.includes('countersign') || name.includes('__'))).toEqual([])
  })

  it('is not served for a server the agent holds no grant of, which looks like none', async () => {
    const stranger = await addAgent(plane.gateway, 'stranger', plane.alex, {
      grants: ['desk/read_case'],
    })
    const bearer = await taskToken(plane, 'respond', {}, stranger)
    const hidden = await postModern(`${url}/u/every`, bearer, 'tools/list')
    const absent = await postModern(`${url}/u/nothing`, bearer, 'tools/list')
    expect(hidden.status).toBe(404)
    expect(hidden.body).toEqual(absent.body)
  })

  it('hides from a task the tool servers that its scope leaves out, although the agent is granted them', async () => {
    const narrow = await taskToken(plane, 'respond', { scope: ['every/echo'] })
    expect(await namesOf(narrow, `${url}/u/every`)).toEqual(['echo'])
    expect((await postModern(`${url}/u/raw`, token, 'tools/list')).status).toBe(200)
    expect((await postModern(`${url}/u/raw`, narrow, 'tools/list')).status).toBe(404)
  })

  it('is answered for a server that is away, and a call to it is refused and not lost', async () => {
    expect(await namesOf(token, `${url}/u/away`)).toEqual([])
    const agent = await connectAgent(plane.gateway.baseUrl, token, 'legacy-v2', '/mcp/u/away')
    expect(saidBy(await agent.call('anything', {}))).toMatchObject({ code: 'tool_unknown' })
    await agent.close()
  })

  it('names a page that was never handed out an invalid parameter', async () => {
    const { body } = await postModern(url, token, 'tools/list', { cursor: 'x' })
    expect(body.error?.code).toBe(-32602)
  })
})

describe('lists of resources and prompts', () => {
  it('hold what people reviewed, and no text nobody looked at', async () => {
    for (const [method, member] of [
      ['resources/list', 'resources'],
      ['resources/templates/list', 'resourceTemplates'],
      ['prompts/list', 'prompts'],
    ] as const) {
      const reviewed = (await postModern(`${url}/u/every`, token, method)).body.result
      const unreviewed = (await postModern(`${url}/u/raw`, token, method)).body.result
      expect(reviewed, method).toHaveProperty([member, 0])
      expect(unreviewed, method).toMatchObject({ [member]: [] })
    }
  })
})
