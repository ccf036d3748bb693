import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { QueueAsk } from '../../src/approval/queue.ts'
import type { ApprovalRequest } from '../../src/approval/request.ts'
import type { Fresh } from '../harness/stores.ts'
import { entryDraft, forEachEngine, START_MS } from '../harness/stores.ts'
import { aRequest } from './samples.ts'

const ME = '01920000-0000-7000-8000-00000000000a'
const OTHER = '01920000-0000-7000-8000-00000000000b'
const ASK: QueueAsk = { person: ME, roles: ['shift-lead'], words: [], offset: 0, limit: 500 }
/** From harmless to worst, said once more: what the product believes is what is tested. */
const WEIGHT = ['read', 'annotate', 'influence', 'write', 'contain', 'identity', 'destructive']

const some = fc.record({
  effect: fc.constantFrom(...WEIGHT),
  isIrreversible: fc.boolean(),
  state: fc.constantFrom('pending', 'pending', 'denied') as fc.Arbitrary<'pending' | 'denied'>,
  owner: fc.constantFrom(ME, OTHER),
  role: fc.constantFrom('shift-lead', 'service-owner') as fc.Arbitrary<'shift-lead'>,
  leftMs: fc.integer({ min: 0, max: 240_000 }),
})

forEachEngine((engine) => {
  describe('the queue', () => {
    it('pages through what waits by minute left, then by blast radius, and misses and repeats nothing', async () => {
      const fresh = await engine.fresh()
      const made = fc.sample(some, { numRuns: 120, seed: 7 }).map(({ role, leftMs, ...more }) =>
        aRequest(fresh, {
          ...more,
          needs: [{ role, strength: 'approve', policyIds: [] }],
          expiresAtMs: START_MS + leftMs,
        }),
      )
      await remember(fresh, made)
      const waiting = made.filter(({ state }) => state === 'pending').toSorted(byUrgency)
      const mine = waiting.filter(({ owner }) => owner === ME)
      const teams = waiting.filter(
        ({ owner, needs }) => owner === ME || needs[0]?.role === 'shift-lead',
      )
      expect(mine.length).toBeLessThan(teams.length)
      expect(teams.length).toBeLessThan(waiting.length)
      expect(await pages(fresh, { ...ASK, view: 'waiting', limit: 7 })).toEqual(idsOf(waiting))
      expect(await pages(fresh, { ...ASK, view: 'mine', limit: 7 })).toEqual(idsOf(mine))
      expect(await pages(fresh, { ...ASK, view: 'teams' })).toEqual(idsOf(teams))
      expect(await fresh.store.queue.counts('main', ASK)).toEqual({
        mine: mine.length,
        teams: teams.length,
        waiting: waiting.length,
      })
      expect(await fresh.store.queue.counts('other', ASK)).toEqual({
        mine: 0,
        teams: 0,
        waiting: 0,
      })
    })

    it('counts a role that a request climbed to as mine to answer', async () => {
      const fresh = await engine.fresh()
      const needs = [{ role: 'service-owner', strength: 'approve', policyIds: [] }] as const
      const climbed = aRequest(fresh, { needs, accountable: 'shift-lead' })
      await remember(fresh, [climbed, aRequest(fresh, { needs })])
      expect(await pages(fresh, { ...ASK, view: 'teams' })).toEqual([climbed.id])
    })

    it('finds by target, tool, agent and case, all words at once, and takes no word for a pattern', async () => {
      const fresh = await engine.fresh()
      const one = aRequest(fresh, { tool: 'fw__block_address' })
      const two = aRequest(fresh, { tool: 'edr__isolate' })
      await remember(fresh, [one, two], (request) =>
        request === one ? ['ipv4_net/203.0.113.7'] : ['device/web-14', 'device/100%_safe'],
      )
      const word = (text: string, more = {}) => ({
        text,
        agents: [],
        cases: [],
        owners: [],
        ...more,
      })
      const found = (...words: ReturnType<typeof word>[]) => pages(fresh, { ...ASK, words })
      expect(await found(word('203.0.113'))).toEqual([one.id])
      expect(await found(word('block'), word('203'))).toEqual([one.id])
      expect(await found(word('block'), word('web-14'))).toEqual([])
      expect(await found(word('zz', { agents: [two.agent] }))).toEqual([two.id])
      expect(await found(word('zz', { cases: [one.caseId] }))).toEqual([one.id])
      expect(await found(word('%'))).toEqual([two.id])
      expect(await found(word('_b'), word('k_a'))).toEqual([one.id])
      expect(await found(word('b_ock'))).toEqual([])
      expect(await found(word('\\'))).toEqual([])
      const { items } = await fresh.store.queue.page('main', { ...ASK, words: [word('web')] })
      expect(items[0]?.targets).toEqual(['device/100%_safe', 'device/web-14'])
    })
  })
})

/** Reads page by page until the total is reached. */
async function pages(fresh: Fresh, ask: QueueAsk): Promise<readonly string[]> {
  const ids: string[] = []
  for (;;) {
    const page = await fresh.store.queue.page('main', { ...ask, offset: ids.length })
    ids.push(...page.items.map(({ request }) => request.id))
    if (page.items.length === 0) {
      expect(page.total).toBe(ids.length)
      return ids
    }
  }
}

async function remember(
  fresh: Fresh,
  requests: readonly ApprovalRequest[],
  targetsOf: (request: ApprovalRequest) => readonly string[] = () => [],
): Promise<void> {
  await fresh.store.commit('main', async (tx) => {
    for (const request of requests) {
      await fresh.store.approvals.put(tx, request)
      await fresh.store.pastDecisions.remember(tx, request.id, targetsOf(request))
    }
    return { value: undefined, entries: [entryDraft(fresh)] }
  })
}

function byUrgency(a: ApprovalRequest, b: ApprovalRequest): number {
  const minute = ({ expiresAtMs }: ApprovalRequest) => Math.floor(expiresAtMs / 60_000)
  const weight = ({ effect, isIrreversible }: ApprovalRequest) =>
    WEIGHT.indexOf(effect) + (isIrreversible ? 10 : 0)
  return (
    minute(a) - minute(b) ||
    weight(b) - weight(a) ||
    a.expiresAtMs - b.expiresAtMs ||
    (a.id < b.id ? -1 : 1)
  )
}

function idsOf(requests: readonly ApprovalRequest[]): readonly string[] {
  return requests.map(({ id }) => id)
}
