import { describe, expect, it } from 'vitest'
import type { Tx } from '../../src/kernel/commit.ts'
import type { Fresh } from '../harness/stores.ts'
import { entryDraft, forEachEngine, START_MS } from '../harness/stores.ts'
import {
  aCall,
  aCase,
  aGrant,
  aLease,
  anAgent,
  anAsset,
  aPerson,
  aRequest,
  aTask,
  aTool,
  digestNamed,
} from './samples.ts'

forEachEngine((engine) => {
  describe('what is put is read back as it was, with the revision of its fact', () => {
    it('an agent and its keys', async () => {
      const fresh = await engine.fresh()
      const { agents } = fresh.store
      const agent = anAgent(fresh)
      const key = {
        tenant: 'main',
        agent: agent.id,
        thumbprint: 'tp-1',
        jwk: { kty: 'EC', crv: 'P-256' },
        createdAtMs: START_MS,
      }
      const revoked = { ...key, thumbprint: 'tp-2', revokedAtMs: START_MS + 1 }
      await put(fresh, async (tx) => {
        await agents.put(tx, agent)
        await agents.putKey(tx, key)
        await agents.putKey(tx, revoked)
      })
      const stored = { ...agent, revision: 3 }
      expect(await agents.byId('main', agent.id)).toEqual(stored)
      expect(await agents.bySubject(agent.subject)).toEqual({ agent: stored, keys: [key, revoked] })
      expect(await agents.byId('other', agent.id)).toBeUndefined()
      const renamed = {
        ...agent,
        subject: 'spiffe://example.org/agent/new',
        state: 'suspended',
      } as const
      await put(fresh, (tx) => agents.put(tx, renamed))
      expect(await agents.bySubject(agent.subject)).toBeUndefined()
      expect(await agents.list('main')).toEqual([{ ...renamed, revision: 4 }])
      expect(await fresh.store.revisions.read('main', [`agent/${agent.id}`])).toEqual({
        [`agent/${agent.id}`]: 4,
      })
    })

    it('a person, one token at a time, and certificates', async () => {
      const fresh = await engine.fresh()
      const { people } = fresh.store
      const person = aPerson(fresh)
      const certificate = {
        tenant: 'main',
        id: fresh.nextId(),
        person: person.id,
        actionClass: 'contain',
        issuer: 'academy',
        expiresAtMs: START_MS + 5,
      }
      await put(fresh, async (tx) => {
        await people.put(tx, person)
        await people.putTokenHash(tx, 'main', person.id, 'old')
        await people.putTokenHash(tx, 'main', person.id, 'new')
        await people.putCertificate(tx, certificate)
      })
      const stored = { ...person, revision: 2 }
      expect(await people.byId('main', person.id)).toEqual(stored)
      expect(await people.list('main')).toEqual([stored])
      expect(await people.byTokenHash('new')).toEqual(stored)
      expect(await people.byTokenHash('old')).toBeUndefined()
      expect(await people.certificates('main', person.id)).toEqual([certificate])
    })

    it('a tool and every definition it ever had, also one that came back', async () => {
      const fresh = await engine.fresh()
      const { tools } = fresh.store
      const tool = aTool()
      const { reviewed: _, ...unreviewed } = aTool({ name: 'new', exposedName: 'firewall__new' })
      await put(fresh, async (tx) => {
        await tools.put(tx, tool)
        await tools.put(tx, unreviewed)
        await tools.put(tx, { ...tool, definitionDigest: digestNamed('9') })
        await tools.put(tx, { ...tool, definitionDigest: digestNamed('9') })
        await tools.put(tx, tool)
      })
      expect(await tools.byName('main', 'firewall', 'tool', 'block')).toEqual({
        ...tool,
        revision: 4,
      })
      expect(await tools.byName('main', 'firewall', 'prompt', 'block')).toBeUndefined()
      expect(await tools.list('main')).toEqual([
        { ...tool, revision: 4 },
        { ...unreviewed, revision: 1 },
      ])
      expect(await tools.seenDigests('main', 'firewall', 'block')).toEqual([
        digestNamed('1'),
        digestNamed('9'),
        digestNamed('1'),
      ])
      expect(await fresh.store.revisions.read('main', ['tool/firewall/tool/block'])).toEqual({
        'tool/firewall/tool/block': 4,
      })
    })

    it('a case, found by its external number too', async () => {
      const fresh = await engine.fresh()
      const { cases } = fresh.store
      const record = aCase(fresh)
      const { owner: _, ...ownerless } = aCase(fresh, { severity: 1, state: 'closed' })
      await put(fresh, async (tx) => {
        await cases.put(tx, record)
        await cases.put(tx, ownerless)
      })
      expect(await cases.byId('main', record.id)).toEqual({ ...record, revision: 1 })
      expect(await cases.byExternalRef('main', ownerless.externalRef)).toEqual({
        ...ownerless,
        revision: 1,
      })
      expect((await cases.list('main')).map(({ id }) => id)).toEqual([ownerless.id, record.id])
      const taken = { ...aCase(fresh), externalRef: record.externalRef }
      await expect(put(fresh, (tx) => cases.put(tx, taken))).rejects.toMatchObject({
        code: 'conflict',
      })
    })

    it('an asset, found by its name in any case, and its former name raised when it is renamed', async () => {
      const fresh = await engine.fresh()
      const { assets, revisions } = fresh.store
      const asset = anAsset(fresh)
      await put(fresh, (tx) => assets.put(tx, asset))
      expect(await assets.byName('main', 'device', 'WEB-14')).toEqual({ ...asset, revision: 1 })
      const renamed = { ...asset, name: 'Web-15', isNeverTouch: false }
      await put(fresh, (tx) => assets.put(tx, renamed))
      expect(await assets.byName('main', 'device', 'web-14')).toBeUndefined()
      expect(await assets.list('main')).toEqual([{ ...renamed, revision: 1 }])
      expect(await revisions.read('main', ['asset/device/web-14', 'asset/device/web-15'])).toEqual({
        'asset/device/web-14': 2,
        'asset/device/web-15': 1,
      })
    })

    it('many assets at once, each as if it were put alone', async () => {
      const fresh = await engine.fresh()
      const { assets, revisions } = fresh.store
      const many = Array.from({ length: 250 }, (_, at) => anAsset(fresh, { name: `Host-${at}` }))
      await put(fresh, (tx) => assets.putAll(tx, many))
      expect(await assets.byName('main', 'device', 'host-249')).toEqual({
        ...many[249],
        revision: 1,
      })
      const renamed = { ...anAsset(fresh), id: many[0]?.id ?? '', name: 'Web-1', criticality: 5 }
      await put(fresh, (tx) => assets.putAll(tx, [renamed, ...many.slice(1)]))
      const listed = await assets.list('main')
      expect(listed).toHaveLength(250)
      expect(listed.filter(({ revision }) => revision === 2)).toHaveLength(249)
      expect(listed.at(-1)).toEqual({ ...renamed, revision: 1 })
      expect(await revisions.read('main', ['asset/device/host-0'])).toEqual({
        'asset/device/host-0': 2,
      })
      const foreign = anAsset(fresh, { tenant: 'other', name: 'web-2' })
      await expect(
        put(fresh, (tx) => assets.putAll(tx, [anAsset(fresh, { name: 'web-3' }), foreign])),
      ).rejects.toMatchObject({ code: 'task_tenant_mismatch' })
      expect(await assets.list('main')).toHaveLength(250)
    })

    it('a task, whose exposure only grows and is raised only when it grew', async () => {
      const fresh = await engine.fresh()
      const { tasks } = fresh.store
      const task = aTask(fresh)
      await put(fresh, (tx) => tasks.put(tx, task))
      expect(await tasks.byId('main', task.id)).toEqual({ ...task, revision: 1 })
      expect(await tasks.exposure('main', task.id)).toEqual({
        labels: [],
        untrustedSources: [],
        approvedSources: [],
        revision: 0,
      })
      const add = (labels: string[], sources: string[]) =>
        put(fresh, (tx) => tasks.addExposure(tx, task.id, labels, sources))
      await add(['personal'], ['mail__read'])
      await add(['personal'], [])
      await add([], [])
      await add(['identity', 'personal'], ['mail__read'])
      expect(await tasks.exposure('main', task.id)).toEqual({
        labels: ['identity', 'personal'],
        untrustedSources: ['mail__read'],
        approvedSources: [],
        revision: 2,
      })
      await put(fresh, (tx) => tasks.approveSources(tx, task.id, ['mail__read']))
      await put(fresh, (tx) => tasks.approveSources(tx, task.id, ['mail__read']))
      expect(await tasks.exposure('main', task.id)).toMatchObject({
        approvedSources: ['mail__read'],
        revision: 3,
      })
      expect(await tasks.list('main')).toEqual([{ ...task, revision: 1 }])
    })

    it('shifts that cover an instant, the end excluded, in order of precedence', async () => {
      const fresh = await engine.fresh()
      const { roster } = fresh.store
      const shift = (id: string, fromMs: number, toMs: number, precedence: number) => ({
        tenant: 'main',
        id,
        role: 'shift-lead' as const,
        person: `p-${id}`,
        fromMs,
        toMs,
        precedence,
        source: 'file',
      })
      const shifts = [
        shift('backup', 0, 100, 1),
        shift('late', 20, 100, 0),
        shift('early', 10, 100, 0),
        shift('over', 0, 50, 0),
      ]
      await put(fresh, async (tx) => {
        for (const one of shifts) await roster.put(tx, one)
      })
      expect((await roster.onDuty('main', 50)).map(({ id }) => id)).toEqual([
        'early',
        'late',
        'backup',
      ])
      expect((await roster.onDuty('main', 49)).map(({ id }) => id)).toEqual([
        'over',
        'early',
        'late',
        'backup',
      ])
      expect(await roster.onDuty('main', 100)).toEqual([])
      expect(await roster.between('main', 100, 200)).toEqual([])
      const touching = await roster.between('main', 0, 10)
      expect(touching.map(({ id }) => id)).toEqual(['over', 'backup'])
    })

    it('a feed of shifts, and the shifts that are its own and not yet over', async () => {
      const fresh = await engine.fresh()
      const { roster, rosterFeeds } = fresh.store
      const feed = { tenant: 'main', source: 'feed:soc', state: 'stale', confirmedAtMs: 0 } as const
      const known = {
        ...feed,
        state: 'fresh',
        digest: digestNamed('rota'),
        confirmedAtMs: 7,
      } as const
      const shift = {
        tenant: 'main',
        id: 's1',
        role: 'shift-lead',
        person: 'p1',
        fromMs: 0,
        toMs: 50,
        precedence: 0,
        source: 'feed:soc',
      } as const
      await put(fresh, async (tx) => {
        await rosterFeeds.putFeed(tx, feed)
        await roster.put(tx, shift)
        await roster.put(tx, { ...shift, id: 's2', source: 'own' })
      })
      expect(await roster.feeds('main')).toEqual([feed])
      expect(await roster.feeds('other')).toEqual([])
      await put(fresh, async (tx) => {
        await rosterFeeds.putFeed(tx, known)
        expect(await rosterFeeds.shiftsOf(tx, 'main', 'feed:soc', 49)).toEqual([shift])
        expect(await rosterFeeds.shiftsOf(tx, 'main', 'feed:soc', 50)).toEqual([])
        await rosterFeeds.remove(tx, shift)
      })
      expect(await roster.feeds('main')).toEqual([known])
      expect((await roster.onDuty('main', 10)).map(({ id }) => id)).toEqual(['s2'])
    })

    it('stops that are on, until they are released once', async () => {
      const fresh = await engine.fresh()
      const { stops, revisions } = fresh.store
      const stop = {
        tenant: 'main',
        id: 's1',
        scope: 'agent',
        subject: 'a1',
        pressedBy: 'p1',
        pressedAtMs: START_MS,
      } as const
      const all = {
        tenant: 'main',
        id: 's2',
        scope: 'writes',
        pressedBy: 'p1',
        pressedAtMs: 1,
      } as const
      await put(fresh, async (tx) => {
        await stops.press(tx, stop)
        await stops.press(tx, all)
      })
      expect(await stops.active('main')).toEqual([all, stop])
      const release = () => put(fresh, (tx) => stops.release(tx, 's2', 'p2', START_MS + 1))
      await release()
      await expect(release()).rejects.toMatchObject({ code: 'not_found' })
      expect(await stops.active('main')).toEqual([stop])
      expect(await revisions.read('main', ['stop'])).toEqual({ stop: 3 })
    })
  })

  describe('what follows from a decision is read back as it was', () => {
    it('a request in every state of its life', async () => {
      const fresh = await engine.fresh()
      const { approvals } = fresh.store
      const request = aRequest(fresh)
      await put(fresh, (tx) => approvals.put(tx, request))
      expect(await approvals.byId('main', request.id)).toEqual({ ...request, revision: 1 })
      const { owner: _, ...decided } = {
        ...request,
        isIrreversible: false,
        upgradesPurpose: false,
        state: 'denied' as const,
        reasonCode: 'too_broad',
        decidedAtMs: START_MS + 5,
        decidedBy: 'p1',
        viewedAtMs: START_MS + 4,
        decisionEntry: fresh.nextId(),
      }
      const locked = await put(fresh, async (tx) => {
        await approvals.put(tx, decided)
        return approvals.lock(tx, request.id)
      })
      expect(locked).toEqual({ ...decided, revision: 2 })
      expect(await approvals.list('main')).toEqual([{ ...decided, revision: 2 }])
      expect(await approvals.list('main', 'pending')).toEqual([])
    })

    it('the newest request of a call, which wait for an agent, and which are due', async () => {
      const fresh = await engine.fresh()
      const { approvals } = fresh.store
      const agent = fresh.nextId()
      const first = aRequest(fresh, { agent, state: 'denied' })
      const second = aRequest(fresh, { agent, createdAtMs: first.createdAtMs + 1 })
      const other = aRequest(fresh, { expiresAtMs: START_MS + 10, fingerprint: digestNamed('b') })
      const waiting = await put(fresh, async (tx) => {
        for (const request of [first, second, other]) await approvals.put(tx, request)
        return approvals.pendingOf(tx, agent)
      })
      expect((await approvals.byFingerprint('main', first.fingerprint))?.id).toBe(second.id)
      expect(waiting.map(({ id }) => id)).toEqual([second.id])
      const denied = await approvals.deniedOf('main', agent, first.caseId)
      expect(denied.map(({ id }) => id)).toEqual([first.id])
      expect(await approvals.deniedOf('main', agent, 'another case')).toEqual([])
      const due = async (atMs: number, limit: number) =>
        (await approvals.due(atMs, limit)).map(({ id }) => id)
      expect(await due(START_MS + 9, 10)).toEqual([])
      expect(await due(START_MS + 60_000, 10)).toEqual([other.id, second.id])
      expect(await due(START_MS + 60_000, 1)).toEqual([other.id])
    })

    it('live grants with the call they are for', async () => {
      const fresh = await engine.fresh()
      const { approvals } = fresh.store
      const request = aRequest(fresh)
      const grant = aGrant(fresh, { request: request.id })
      const spent = aGrant(fresh, { request: request.id, state: 'lapsed', grantedAtMs: 1 })
      const live = await put(fresh, async (tx) => {
        await approvals.put(tx, request)
        await approvals.putGrant(tx, grant)
        await approvals.putGrant(tx, spent)
        expect(await approvals.lockGrant(tx, grant.id)).toEqual(grant)
        return approvals.liveGrants(tx)
      })
      const { agent, tool, effect, caseId, task, call } = request
      expect(live).toEqual([{ ...grant, agent, tool, effect, caseId, task, call }])
      expect(await approvals.grantOf('main', request.id)).toEqual(grant)
    })

    it('leases, live until revoked', async () => {
      const fresh = await engine.fresh()
      const { leases } = fresh.store
      const lease = aLease(fresh)
      const live = await put(fresh, async (tx) => {
        await leases.put(tx, lease)
        return leases.liveOfTask(tx, lease.task)
      })
      expect(live).toEqual([lease])
      await put(fresh, (tx) => leases.revoke(tx, lease.id))
      expect(await leases.byId('main', lease.id)).toEqual({ ...lease, state: 'revoked' })
      expect(await put(fresh, (tx) => leases.liveOfTask(tx, lease.task))).toEqual([])
    })

    it('calls, in flight, of a case and counted by task', async () => {
      const fresh = await engine.fresh()
      const { calls } = fresh.store
      const call = aCall(fresh)
      const held = aCall(fresh, {
        task: call.task,
        caseId: call.caseId,
        state: 'held',
        request: fresh.nextId(),
        createdAtMs: START_MS,
      })
      await put(fresh, async (tx) => {
        await calls.put(tx, call)
        await calls.put(tx, held)
      })
      expect(await calls.byId('main', call.id)).toEqual(call)
      expect(await calls.inFlight('main')).toEqual([call])
      expect(await calls.listOfCase('main', call.caseId)).toEqual([held, call])
      expect(await calls.countOfTask('main', call.task)).toBe(2)
      expect(await calls.countOfTask('other', call.task)).toBe(0)
    })

    it('evidence and recommendations of a case', async () => {
      const fresh = await engine.fresh()
      const { evidence } = fresh.store
      const recorded = {
        tenant: 'main',
        id: fresh.nextId(),
        caseId: fresh.nextId(),
        task: fresh.nextId(),
        call: fresh.nextId(),
        tool: 'desk__read',
        digest: digestNamed('c'),
        outcomeEntry: fresh.nextId(),
        labels: ['personal'],
        atMs: START_MS,
      }
      const advice = {
        tenant: 'main',
        id: fresh.nextId(),
        caseId: recorded.caseId,
        task: recorded.task,
        agent: fresh.nextId(),
        status: 'proposed' as const,
        owner: fresh.nextId(),
        evidence: [recorded.id],
        entry: fresh.nextId(),
        atMs: START_MS + 1,
      }
      await put(fresh, async (tx) => {
        await evidence.put(tx, recorded)
        await evidence.putRecommendation(tx, advice)
        await evidence.putRecommendation(tx, { ...advice, status: 'accepted' })
      })
      expect(await evidence.byId('main', recorded.id)).toEqual(recorded)
      expect(await evidence.listOfCase('main', recorded.caseId)).toEqual([recorded])
      expect(await evidence.recommendationsOfCase('main', recorded.caseId)).toEqual([
        { ...advice, status: 'accepted' },
      ])
      const again = put(fresh, (tx) => evidence.put(tx, { ...recorded, digest: digestNamed('d') }))
      await expect(again).rejects.toMatchObject({ code: 'conflict' })
    })
  })
})

async function put<T>(fresh: Fresh, work: (tx: Tx) => Promise<T>): Promise<T> {
  const { value } = await fresh.store.commit('main', async (tx) => ({
    value: await work(tx),
    entries: [entryDraft(fresh)],
  }))
  return value
}
