import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { approveAsOwner, decide, rest } from '../harness/people.ts'

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

  it('lists the evidence of the case, and finds what all words occur in', async () => {
    const agent = await net.newAgent('investigate')
    const [one, two] = [net.address(), net.address()]
    for (const target of [one, two])
      await agent.call('net__look', { target, says: `42 logins of ${target}` })
    await agent.close()
    const search = async (words: string) => {
      const path = `/api/v1/cases/INC-482/evidence?q=${encodeURIComponent(words)}`
      const { status, body } = await rest(net.plane, net.plane.alex, 'GET', path)
      expect(status).toBe(200)
      return body as unknown as {
        evidence: { id: string; tool: string; excerpt?: string }[]
        total: number
        searched: number
      }
    }
    const all = await search('')
    expect(all.total).toBeGreaterThanOrEqual(2)
    expect([all.evidence.length, all.searched]).toEqual([all.total, all.total])
    const { evidence } = await search(`NET__LOOK ${one} LOGINS`)
    expect(evidence.map(({ tool }) => tool)).toEqual(['net__look'])
    expect(evidence[0]?.excerpt).toContain(one)
    expect((await search(`${one} ${two}`)).evidence).toEqual([])
    const unknown = await rest(net.plane, net.plane.alex, 'GET', '/api/v1/cases/INC-999/evidence')
    expect(unknown.status).toBe(404)
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

  it('puts alerts together that are the same but for when, with what was done to their target', async () => {
    const { plane, newAgent, address } = net
    const agent = await newAgent()
    const target = address()
    const alert = (id: number, host: string) => ({
      ...{ id, rule: { name: 'SSH brute force' }, host, source_ip: target },
      time: `2026-03-01T10:0${id}:00Z`,
    })
    const first = { alerts: [alert(1, 'web-14'), alert(2, 'web-14'), alert(3, 'web-15')] }
    const again = { alerts: [alert(2, 'web-14'), alert(4, 'web-14')] }
    for (const says of [first, again])
      await agent.call('net__look', { target: 'web-14', says: JSON.stringify(says) })
    const id = await held(agent, target)
    expect((await approveAsOwner(plane, plane.dana, id)).body.outcome).toBe('released')
    await agent.call('net__block', { target })
    await agent.close()
    const path = '/api/v1/cases/INC-482/alert-clusters'
    const { status, body } = await rest(plane, plane.alex, 'GET', path)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      total: 2,
      is_cut: false,
      clusters: [
        {
          ...{ source: 'net', rule: 'SSH brute force', count: 3, timed_by: 'record' },
          target: { as: 'host', value: 'web-14' },
          first_ms: Date.parse('2026-03-01T10:01:00Z'),
          last_ms: Date.parse('2026-03-01T10:04:00Z'),
          acts: [{ tool: 'net__block', action: 'deny:ipv4_net', state: 'standing' }],
        },
        { count: 1, target: { as: 'host', value: 'web-15' } },
      ],
    })
    const [largest] = body.clusters as unknown as {
      members: { text: string; evidence: string }[]
    }[]
    expect(largest?.members.map(({ text }) => JSON.parse(text).id)).toEqual([4, 2, 1])
    expect(new Set(largest?.members.map(({ evidence }) => evidence)).size).toBe(2)
    const none = await rest(plane, plane.alex, 'GET', '/api/v1/cases/INC-999/alert-clusters')
    expect(none.status).toBe(404)
  })

  it('says of a rule whose name is too long to show that it is cut, and cuts no letter in two', async () => {
    const { plane, newAgent } = net
    const agent = await newAgent('investigate')
    const name = `${'x'.repeat(299)}\u{1F512}${'y'.repeat(200)}`
    const says = JSON.stringify({ alerts: [{ id: 9, rule: { name }, host: 'mail-3' }] })
    await agent.call('net__look', { target: 'mail-3', says })
    await agent.close()
    const path = '/api/v1/cases/INC-482/alert-clusters'
    const { body } = await rest(plane, plane.alex, 'GET', path)
    const clusters = body.clusters as unknown as { rule: string; target?: { value: string } }[]
    const rule = clusters.find(({ target }) => target?.value === 'mail-3')?.rule ?? ''
    expect(rule.isWellFormed()).toBe(true)
    expect(rule).toContain(`... (${name.length} characters)`)
  })
})
