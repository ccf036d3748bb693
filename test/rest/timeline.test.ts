import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { decide, rest } from '../harness/people.ts'

let net: NetPlane
beforeAll(async () => {
  net = await startNetPlane()
})
afterAll(() => net?.plane.close())

type Entry = {
  readonly index: number
  readonly id: string
  readonly seq: number
  readonly type: string
  readonly leaf_hash: string
  readonly payloads: readonly { readonly name: string }[]
}

describe('the timeline of a case', () => {
  it('is every entry of the case in order, each with its place, and the words behind it on demand', async () => {
    const agent = await net.newAgent()
    const target = net.address()
    const id = await held(agent, target)
    await decide(net.plane, net.plane.dana, 'deny', id, 'our own scanner')
    await agent.close()
    const answer = await rest(net.plane, net.plane.alex, 'GET', '/api/v1/cases/INC-482/timeline')
    expect(answer.status).toBe(200)
    const entries = answer.body.entries as unknown as Entry[]
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, at) => at))
    expect(entries.every(({ leaf_hash: leaf }) => /^[0-9a-f]{64}$/.test(leaf))).toBe(true)
    const denied = entries.find(({ type }) => type === 'approval.denied')
    expect(denied?.payloads.map(({ name }) => name)).toContain('reason')
    const path = `/api/v1/cases/INC-482/entries/${denied?.id}/reason`
    const words = await rest(net.plane, net.plane.alex, 'GET', path)
    expect(JSON.stringify(words.body.content)).toContain('our own scanner')
  })

  it('gives no payload of an entry that is not of the case, or that there is not', async () => {
    const { body } = await rest(net.plane, net.plane.alex, 'GET', '/api/v1/cases/INC-482/timeline')
    const [first] = body.entries as unknown as Entry[]
    for (const path of [
      `/api/v1/cases/INC-482/entries/${first?.id}/nothing`,
      `/api/v1/cases/INC-482/entries/${first?.id}/constructor`,
      `/api/v1/cases/INC-482/entries/01900000-0000-7000-8000-000000000000/reason`,
      '/api/v1/cases/INC-999/timeline',
      '/api/v1/evidence/01900000-0000-7000-8000-000000000000',
    ]) {
      expect([path, (await rest(net.plane, net.plane.alex, 'GET', path)).status]).toEqual([
        path,
        404,
      ])
    }
  })

  it('opens a recorded result by its evidence id', async () => {
    const agent = await net.newAgent('investigate')
    const answer = await agent.call('net__look', { target: net.address() })
    const meta = JSON.stringify(answer._meta ?? {})
    const evidence = /"countersign\/evidence[^"]*":"([0-9a-f-]{36})"/.exec(meta)?.[1]
    await agent.close()
    const found = await rest(net.plane, net.plane.alex, 'GET', `/api/v1/evidence/${evidence}`)
    expect(found.status, meta).toBe(200)
    expect(found.body.content).toMatchObject({ state: 'present', is_cut: false })
  })
})
