import { afterEach, describe, expect, it } from 'vitest'
import { changePerson } from '../../src/command/register-person.ts'
import { follow } from '../../src/faces/events/follow.ts'
import { openCase, openRestGateway, type RestGateway, TENANT } from '../harness/rest-gateway.ts'
import { onSqlite } from '../harness/stores.ts'

type Told = { readonly event: string; readonly id?: string; readonly data: Record<string, unknown> }

/** Reads a stream event by event. */
async function* eventsOf(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<Told> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of chunks) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.split(': ')[0] ?? '', line.slice(line.indexOf(': ') + 2)]),
      )
      text = text.slice(end + 2)
      const id = fields.get('id')
      yield {
        event: fields.get('event') ?? '',
        data: JSON.parse(fields.get('data') ?? '{}'),
        ...(id === undefined ? {} : { id }),
      }
    }
  }
}

onSqlite((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  const connect = async (gateway: RestGateway, token: string, lastSeen?: string) => {
    const stop = new AbortController()
    undo.push(async () => stop.abort())
    const response = await fetch(`${gateway.origin}/api/v1/events`, {
      signal: stop.signal,
      headers: {
        authorization: `Bearer ${token}`,
        ...(lastSeen === undefined ? {} : { 'last-event-id': lastSeen }),
      },
    })
    const events = eventsOf(response.body as unknown as AsyncIterable<Uint8Array>)
    const next = async () => (await events.next()).value as Told
    return { response, next, stop }
  }

  describe('the live stream', () => {
    it('says that a case changed, and nothing of what it holds', async () => {
      const gateway = await openRestGateway(engine, undo)
      const { token } = await gateway.enrol('dana', ['shift-lead'])
      const line = await connect(gateway, token)
      expect(line.response.headers.get('content-type')).toContain('text/event-stream')
      expect((await line.next()).event).toBe('hello')
      const id = await openCase(gateway)
      const told = await line.next()
      expect(told.event).toBe('change')
      expect(Object.keys(told.data).sort()).toEqual(['id', 'kind', 'version'])
      expect(told.data).toEqual({ kind: 'case', id, version: (await gateway.size()) - 1 })
      expect(told.id).toBe(String(told.data.version))
    })

    it('goes on where the reader left off', async () => {
      const gateway = await openRestGateway(engine, undo)
      const { token } = await gateway.enrol('dana', ['shift-lead'])
      const seen = (await gateway.size()) - 1
      const first = await openCase(gateway, TENANT, 'INC-1')
      const second = await openCase(gateway, TENANT, 'INC-2')
      const line = await connect(gateway, token, String(seen))
      expect(await line.next()).toMatchObject({ event: 'hello', id: String(seen) })
      expect((await line.next()).data).toMatchObject({ kind: 'case', id: first })
      expect(await line.next()).toMatchObject({ data: { id: second }, id: String(seen + 2) })
    })

    it('tells a reader who has seen more than there is to read everything again', async () => {
      const gateway = await openRestGateway(engine, undo)
      const { token } = await gateway.enrol('dana', ['shift-lead'])
      const line = await connect(gateway, token, '99999')
      await line.next()
      expect((await line.next()).data).toMatchObject({ kind: 'everything' })
    })

    it('is for people who may read, and for so many tabs of each', async () => {
      const gateway = await openRestGateway(engine, undo)
      const { token } = await gateway.enrol('dana', ['shift-lead'])
      expect((await gateway.send('GET', '/api/v1/events')).status).toBe(401)
      for (let tab = 0; tab < 8; tab++) await connect(gateway, token)
      const ninth = await gateway.send('GET', '/api/v1/events', { token })
      expect(ninth.status).toBe(429)
      expect(ninth.json()).toMatchObject({ code: 'rate_limited' })
      expect(
        (await connect(gateway, (await gateway.enrol('ines', ['analyst'])).token)).response.status,
      ).toBe(200)
    })

    it('ends when the reader is suspended, and beats while nothing happens', async () => {
      const gateway = await openRestGateway(engine, undo)
      const { person } = await gateway.enrol('dana', ['shift-lead'])
      const isWelcome = async () =>
        (await gateway.deps.people.byId(TENANT, person.id))?.state === 'active'
      const { ledger } = gateway.fresh.store
      const quiet = { subscribe: () => () => undefined }
      const limits = { heartbeatMs: 1, gatherMs: 1, lifetimeMs: 60_000 }
      const deps = { ledger, onChange: quiet.subscribe, isWelcome }
      const events = eventsOf(follow(deps, TENANT, undefined, new AbortController().signal, limits))
      expect((await events.next()).value.event).toBe('hello')
      expect((await events.next()).value.event).toBe('beat')
      const by = { kind: 'system', part: 'test' } as const
      await changePerson(gateway.deps, {
        tenant: TENANT,
        by,
        personId: person.id,
        state: 'suspended',
      })
      let last = await events.next()
      while (last.done !== true) last = await events.next()
      expect(last.done).toBe(true)
    })

    it('tells a reader who is far behind once, and not five hundred times', async () => {
      const entries = async () => {
        throw new Error('nobody reads them')
      }
      const head = async () => ({ size: 5_000, root: new Uint8Array(), frontier: new Uint8Array() })
      const deps = {
        ledger: { head, entries },
        onChange: () => () => undefined,
        isWelcome: async () => true,
      }
      const stop = new AbortController()
      const events = eventsOf(follow(deps, TENANT, 3, stop.signal))
      await events.next()
      const told = (await events.next()).value as Told
      expect(told).toMatchObject({ id: '4999', data: { kind: 'everything', version: 4999 } })
      stop.abort()
    })
  })
})
