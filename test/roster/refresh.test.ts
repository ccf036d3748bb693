import { describe, expect, it } from 'vitest'
import type { RefreshRosterDeps } from '../../src/command/refresh-roster.ts'
import { refreshRoster } from '../../src/command/refresh-roster.ts'
import type { Role } from '../../src/identity/person.ts'
import { digestOfJson } from '../../src/kernel/canonical-json.ts'
import { instantText } from '../../src/kernel/clock.ts'
import { Failure } from '../../src/kernel/failure.ts'
import { onCall, STALE_AFTER_MS } from '../../src/roster/on-call.ts'
import type { FeedShift, RosterSource } from '../../src/roster/ports.ts'
import type { Fresh } from '../harness/stores.ts'
import { entryDraft, forEachEngine } from '../harness/stores.ts'
import { HOUR_MS } from './people.ts'

const never = new AbortController().signal

type TestFeed = RosterSource & {
  say: (shifts: readonly FeedShift[]) => void
  fail: (code?: 'roster_unreachable' | 'roster_unreadable') => void
  readonly asked: (readonly [number, number])[]
}

function aFeed(nowMs: () => number): TestFeed {
  let said: readonly FeedShift[] | Failure = []
  const asked: (readonly [number, number])[] = []
  return {
    id: 'soc',
    asked,
    fetch: async (fromMs, toMs) => {
      asked.push([fromMs, toMs])
      if (said instanceof Failure) throw said
      const digest = digestOfJson('countersign-rota-v1', said)
      return { shifts: said, digest, fetchedAtMs: nowMs() }
    },
    say: (shifts) => {
      said = shifts
    },
    fail: (code = 'roster_unreachable') => {
      said = new Failure(code, 'the server answered 503')
    },
  }
}

forEachEngine((engine) => {
  const open = async () => {
    const fresh = await engine.fresh()
    const { store, clock, nextId } = fresh
    const log = { debug() {}, info() {}, warn() {}, error() {} }
    const deps: RefreshRosterDeps = { ...store, nowMs: clock.nowMs, nextId, log }
    const feed = aFeed(clock.nowMs)
    await enrol(fresh, 'dana', ['shift-lead', 'incident-commander'])
    await enrol(fresh, 'ines', ['shift-lead'])
    return {
      fresh,
      deps,
      feed,
      refresh: (stop = never) => refreshRoster(deps, 'main', feed, { stop, timeout: never }),
      /** A shift of so many hours from so many hours after now. */
      shift: (
        email: string,
        from: number,
        to: number,
        rest: Partial<FeedShift> = {},
      ): FeedShift => ({
        role: 'shift-lead',
        email: `${email}@soc.example`,
        fromMs: clock.nowMs() + from * HOUR_MS,
        toMs: clock.nowMs() + to * HOUR_MS,
        precedence: 0,
        ...rest,
      }),
      answer: async (role: Role = 'shift-lead') => {
        const nowMs = clock.nowMs()
        const knownToMs = nowMs + 48 * HOUR_MS
        const shifts = await store.roster.between('main', nowMs, knownToMs)
        return onCall({ shifts, feeds: await store.roster.feeds('main'), knownToMs }, role, nowMs)
      },
      entries: async () => {
        const { size } = await store.ledger.head('main')
        const all = await store.ledger.entries('main', 0, size)
        return all
          .map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)))
          .filter(({ type }) => String(type).startsWith('roster.'))
          .map(({ type, data, actor }) => ({ type, data, actor }))
      },
    }
  }

  describe('refreshing a rota from a feed', () => {
    it('puts the people of the feed on duty, each role on record with the digest of the feed [R150]', async () => {
      const { feed, refresh, shift, answer, entries } = await open()
      const said = [
        shift('dana', -2, 6),
        shift('ines', 6, 14),
        shift('dana', 0, 24, { role: 'incident-commander' }),
      ]
      feed.say(said)
      expect(await refresh()).toBe('fresh')
      const digest = digestOfJson('countersign-rota-v1', said)
      expect(await answer()).toEqual({
        who: 'dana',
        untilMs: said[0]?.toMs,
        source: 'feed:soc',
        digest,
        isStale: false,
      })
      const source = 'feed:soc'
      const when = (atMs: number | undefined) => instantText(atMs ?? 0)
      const actor = { kind: 'system', id: 'roster' }
      expect(await entries()).toEqual([
        {
          type: 'roster.refreshed',
          data: { source, state: 'fresh', digest, shifts: 3, unmatched: 0 },
          actor,
        },
        {
          type: 'roster.changed',
          data: {
            role: 'incident-commander',
            from: when(said[2]?.fromMs),
            to: when(said[2]?.toMs),
            source,
            digest,
            shifts: 1,
          },
          actor,
        },
        {
          type: 'roster.changed',
          data: {
            role: 'shift-lead',
            from: when(said[0]?.fromMs),
            to: when(said[1]?.toMs),
            source,
            digest,
            shifts: 2,
          },
          actor,
        },
      ])
    })

    it('asks for whole days, eight weeks ahead and the day that has begun', async () => {
      const { feed, refresh, fresh } = await open()
      await refresh()
      const [[fromMs, toMs] = [0, 0]] = feed.asked
      expect(new Date(fromMs).toISOString()).toBe('2026-07-01T00:00:00.000Z')
      expect(toMs - fresh.clock.nowMs()).toBeGreaterThan(8 * 7 * 24 * HOUR_MS)
    })

    it('writes nothing while nothing changes, but that it was read, once an hour', async () => {
      const { feed, refresh, shift, entries, fresh } = await open()
      feed.say([shift('dana', 0, 40)])
      await refresh()
      const before = (await entries()).length
      for (let minute = 1; minute < 60; minute++) {
        fresh.clock.advance(60_000)
        await refresh()
      }
      expect(await entries()).toHaveLength(before)
      fresh.clock.advance(60_000)
      await refresh()
      expect((await entries()).slice(before)).toMatchObject([
        { type: 'roster.refreshed', data: { state: 'fresh' } },
      ])
    })

    it('hands a running shift over now and leaves on record who had it before', async () => {
      const { feed, refresh, shift, answer, entries, fresh } = await open()
      feed.say([shift('dana', -4, 4)])
      await refresh()
      fresh.clock.advance(HOUR_MS)
      const startMs = fresh.clock.nowMs() - 5 * HOUR_MS
      feed.say([shift('ines', 0, 3, { fromMs: startMs })])
      await refresh()
      expect((await answer())?.who).toBe('ines')
      const earlier = await fresh.store.roster.onDuty('main', fresh.clock.nowMs() - 1)
      expect(earlier.map(({ person }) => person)).toEqual(['dana'])
      expect((await entries()).at(-1)).toMatchObject({
        type: 'roster.changed',
        data: { shifts: 1 },
      })
    })

    it('forgets what the feed no longer plans, and only what came from this feed', async () => {
      const { feed, refresh, shift, answer, fresh } = await open()
      const own = { tenant: 'main', id: fresh.nextId(), person: 'ines', source: 'cli' } as const
      await fresh.store.commit('main', async (tx) => {
        const { email: _none, ...span } = shift('ines', 0, 40, { precedence: 1 })
        await fresh.store.roster.put(tx, { ...own, ...span })
        return { value: 0, entries: [entryDraft(fresh)] }
      })
      feed.say([shift('dana', 0, 8), shift('dana', 20, 28)])
      await refresh()
      expect((await answer())?.who).toBe('dana')
      feed.say([])
      await refresh()
      fresh.clock.advance(1)
      expect(await answer()).toMatchObject({ who: 'ines', source: 'cli', isStale: false })
    })

    it('puts nobody on duty whom it does not know in that role, and says how many', async () => {
      const { feed, refresh, shift, answer, entries } = await open()
      feed.say([shift('stranger', 0, 8), shift('ines', 0, 8, { role: 'incident-commander' })])
      expect(await refresh()).toBe('fresh')
      expect([await answer(), await answer('incident-commander')]).toEqual([undefined, undefined])
      expect(await entries()).toMatchObject([{ data: { shifts: 0, unmatched: 2 } }])
    })

    it('puts a person on duty as soon as they are registered, though the feed says the same', async () => {
      const { feed, refresh, shift, answer, fresh } = await open()
      feed.say([shift('rosa', 0, 8)])
      await refresh()
      expect(await answer()).toBeUndefined()
      await enrol(fresh, 'rosa', ['shift-lead'])
      await refresh()
      expect((await answer())?.who).toBe('rosa')
    })

    it.each(['roster_unreachable', 'roster_unreadable'] as const)(
      'keeps the last known rota when the feed is %s, marked, told once, until it is read again',
      async (code) => {
        const { feed, refresh, shift, answer, entries, fresh } = await open()
        feed.say([shift('dana', 0, 40)])
        await refresh()
        const known = await answer()
        feed.fail(code)
        expect(await refresh()).toBe('stale')
        expect(await answer()).toEqual({ ...known, isStale: true })
        fresh.clock.advance(60_000)
        await refresh()
        const told = (await entries()).filter(({ data }) => data.state === 'stale')
        expect(told).toMatchObject([{ data: { error: code, digest: known?.digest } }])
        feed.say([shift('dana', 0, 39, { fromMs: fresh.clock.nowMs() - 60_000 })])
        expect(await refresh()).toBe('fresh')
        expect((await answer())?.isStale).toBe(false)
      },
    )

    it('marks a feed that never could be read', async () => {
      const { feed, refresh, entries, fresh } = await open()
      feed.fail()
      await refresh()
      expect(await fresh.store.roster.feeds('main')).toMatchObject([
        { source: 'feed:soc', state: 'stale', confirmedAtMs: 0 },
      ])
      expect(await entries()).toMatchObject([{ data: { source: 'feed:soc', state: 'stale' } }])
    })

    it('concludes nothing about a feed because the gateway is closing', async () => {
      const { feed, refresh, entries } = await open()
      await refresh()
      feed.fail()
      const before = (await entries()).length
      await refresh(AbortSignal.abort())
      expect(await entries()).toHaveLength(before)
    })

    it('counts as old when nobody refreshed it for three hours', async () => {
      const { feed, refresh, shift, answer, fresh } = await open()
      feed.say([shift('dana', 0, 40)])
      await refresh()
      fresh.clock.advance(STALE_AFTER_MS + 1)
      expect((await answer())?.isStale).toBe(true)
    })

    it('leaves one rota when two refreshes come at the same moment', async () => {
      const { feed, refresh, shift, fresh } = await open()
      feed.say([shift('dana', 0, 8), shift('ines', 8, 16)])
      await Promise.all([refresh(), refresh(), refresh()])
      const nowMs = fresh.clock.nowMs()
      expect(await fresh.store.roster.between('main', nowMs, nowMs + 48 * HOUR_MS)).toHaveLength(2)
    })
  })
})

async function enrol(fresh: Fresh, id: string, roles: readonly Role[]): Promise<void> {
  const person = { tenant: 'main', id, name: id, email: `${id}@soc.example`, roles } as const
  await fresh.store.commit('main', async (tx) => {
    await fresh.store.people.put(tx, { ...person, state: 'active', revision: 0 })
    return { value: undefined, entries: [entryDraft(fresh)] }
  })
}
