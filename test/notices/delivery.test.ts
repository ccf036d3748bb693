import { afterEach, describe, expect, it } from 'vitest'
import type { WebhookSpec } from '../../src/adapters/channel-spec.ts'
import { createWebhookChannel } from '../../src/adapters/channel-webhook.ts'
import type { Messenger } from '../../src/notice/ports.ts'
import type { Engine } from '../harness/stores.ts'
import { entryDraft, forEachEngine, onPostgres } from '../harness/stores.ts'
import { BASE_URL, openDesk } from './desk.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const NEVER = new AbortController().signal
const MINUTE_MS = 60_000

let receiver: Receiver | undefined
afterEach(async () => receiver?.close())

async function open(engine: Engine, more: Partial<WebhookSpec> = {}) {
  const fresh = await engine.fresh()
  receiver = await startReceiver()
  const webhook = createWebhookChannel(
    {
      id: 'soc',
      kind: 'webhook',
      takes: 'everything',
      roles: [],
      url: `${receiver.origin}/hook`,
      secret: () => SECRET,
      ...more,
    },
    fresh.clock,
  )
  return { fresh, receiver, webhook, desk: await openDesk(fresh, [webhook]) }
}

forEachEngine((engine) => {
  describe('a notice', () => {
    it('becomes one message per channel, sent once however often the timer runs', async () => {
      const { desk, receiver } = await open(engine)
      const notice = await desk.tell()
      const node = desk.node('node-1')
      await desk.run(node)
      await desk.run(node)
      expect(receiver.posted).toHaveLength(1)
      expect(JSON.parse(receiver.posted[0]?.body ?? '')).toMatchObject({
        type: 'approval.requested',
        data: { urgency: 'page', link: `${BASE_URL}/approvals/${notice.about.request}` },
      })
      expect(await desk.states()).toEqual(['sent 1'])
      expect((await desk.events()).map(({ type }) => type)).toEqual([
        'notice.planned',
        'notice.attempted',
        'notice.sent',
      ])
    })

    it('is tried again after longer and longer pauses, then given up where people can see it', async () => {
      const { desk, fresh, receiver } = await open(engine)
      receiver.answer({ status: 500 })
      await desk.tell()
      const node = desk.node('node-1')
      const pauses = [5, 15, 45, 120, 300, 900, 1800]
      for (const [at, seconds] of pauses.entries()) {
        await desk.run(node)
        expect(receiver.posted).toHaveLength(at + 1)
        fresh.clock.advance(seconds * 1000 - 1)
        await desk.run(node)
        expect(receiver.posted).toHaveLength(at + 1)
        fresh.clock.advance(1)
      }
      await desk.run(node)
      expect(await desk.states()).toEqual(['dead 8'])
      const ids = receiver.posted.map(({ headers }) => headers['webhook-id'])
      expect(new Set(ids).size).toBe(1)
      const last = (await desk.events()).at(-1)
      expect(last).toMatchObject({
        type: 'notice.failed',
        data: { channel: 'soc', attempt: 8, error: 'channel_unreachable', final: true },
      })
      const [delivery] = await fresh.store.notices.deliveries('main', { state: 'dead', limit: 9 })
      expect(delivery).toMatchObject({ kind: 'approval.requested', error: 'channel_unreachable' })
    })

    it('arrives when the receiver comes back', async () => {
      const { desk, fresh, receiver } = await open(engine)
      receiver.answer({ status: 503 })
      await desk.tell()
      const node = desk.node('node-1')
      await desk.run(node)
      receiver.answer({ status: 200 })
      fresh.clock.advance(5_000)
      await desk.run(node)
      expect(await desk.states()).toEqual(['sent 2'])
    })

    it.each([
      ['a redirect, which is not followed', { status: 307, headers: { location: '/elsewhere' } }],
      ['a receiver that is gone for good', { status: 410 }],
    ])('is given up at once by %s', async (_what, answer) => {
      const { desk, receiver } = await open(engine)
      receiver.answer(answer)
      await desk.tell()
      await desk.run(desk.node('node-1'))
      expect(await desk.states()).toEqual(['dead 1'])
      expect(receiver.posted.map(({ path }) => path)).toEqual(['/hook'])
    })

    it('asks nobody about a question that was answered meanwhile', async () => {
      const { desk, fresh, receiver } = await open(engine)
      const { about } = await desk.tell()
      const { approvals } = fresh.store
      await fresh.store.commit('main', async (tx) => {
        const request = await approvals.lock(tx, about.request ?? '')
        if (request !== undefined) await approvals.put(tx, { ...request, state: 'denied' })
        return { value: 0, entries: [entryDraft(fresh)] }
      })
      await desk.run(desk.node('node-1'))
      expect(receiver.posted).toEqual([])
      expect(await desk.states()).toEqual(['dropped 1'])
      expect((await desk.events()).at(-1)).toMatchObject({
        type: 'notice.dropped',
        data: { reason: 'denied' },
      })
    })

    it('says on record that nobody could be told', async () => {
      const { desk, receiver } = await open(engine)
      await desk.tell({ to: { role: 'privacy-officer' } })
      await desk.run(desk.node('node-1'))
      expect(receiver.posted).toEqual([])
      expect(await desk.events()).toMatchObject([
        { type: 'notice.dropped', data: { reason: 'nobody' } },
      ])
    })

    it('is not news any more after a day, and is left alone', async () => {
      const { desk, fresh, receiver } = await open(engine)
      await desk.tell()
      fresh.clock.advance(25 * 60 * MINUTE_MS)
      await desk.run(desk.node('node-1'))
      expect(receiver.posted).toEqual([])
      expect(await desk.events()).toEqual([])
    })
  })

  describe('a node that dies while it sends', () => {
    /** Sends, and never says so. */
    const dying = (webhook: Messenger, sent: () => void): Messenger => ({
      ...webhook,
      send: async (...args) => {
        await webhook.send(...args)
        sent()
        await new Promise(() => undefined)
      },
    })

    it('leaves a claim after which the next one sends again, under the same id', async () => {
      const { fresh, desk, webhook, receiver } = await open(engine)
      const reached = Promise.withResolvers<void>()
      const doomed = (await openDesk(fresh, [dying(webhook, reached.resolve)])).node('node-1')
      await desk.tell()
      await doomed.plan('main')
      void doomed.lanes[0]?.run('main', NEVER)
      await reached.promise
      const next = desk.node('node-2')
      await desk.run(next)
      expect(receiver.posted).toHaveLength(1)
      fresh.clock.advance(MINUTE_MS)
      await desk.run(next)
      const ids = receiver.posted.map(({ headers }) => headers['webhook-id'])
      expect(ids).toHaveLength(2)
      expect(ids[0]).toBe(ids[1])
      expect(await desk.states()).toEqual(['sent 2'])
    })

    it('cannot overwrite what the next one said', async () => {
      const { fresh, desk, webhook } = await open(engine)
      const reached = Promise.withResolvers<void>()
      const release = Promise.withResolvers<void>()
      const slow: Messenger = {
        ...webhook,
        send: async () => {
          reached.resolve()
          await release.promise
          throw new Error('late')
        },
      }
      const late = (await openDesk(fresh, [slow])).node('node-1')
      await desk.tell()
      await late.plan('main')
      const running = late.lanes[0]?.run('main', NEVER)
      await reached.promise
      fresh.clock.advance(MINUTE_MS)
      await desk.run(desk.node('node-2'))
      release.resolve()
      await running
      expect(await desk.states()).toEqual(['sent 2'])
    })
  })
})

onPostgres((engine) => {
  describe('two nodes', () => {
    it('plan and send everything once between them', async () => {
      const { desk, fresh, receiver } = await open(engine)
      const other = await fresh.openNode()
      const nodes = [desk.node('node-1'), desk.node('node-2', other)]
      for (let at = 0; at < 8; at++) await desk.tell()
      await Promise.all(nodes.map((node) => node.plan('main')))
      await Promise.all(nodes.map((node) => node.lanes[0]?.run('main', NEVER)))
      expect(receiver.posted).toHaveLength(8)
      expect(new Set(receiver.posted.map(({ headers }) => headers['webhook-id'])).size).toBe(8)
      expect(new Set(await desk.states())).toEqual(new Set(['sent 1']))
    })
  })
})
