import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import type { Fresh } from '../harness/stores.ts'
import { entryDraft, onPostgres, START_MS } from '../harness/stores.ts'
import {
  aCall,
  aCase,
  aGrant,
  aLease,
  anAgent,
  anAsset,
  anEffect,
  aPerson,
  aRequest,
  aTask,
  aTool,
  digestNamed,
} from './samples.ts'

const GUIDE = join(import.meta.dirname, '..', '..', 'docs', 'guides', 'postgresql.md')

onPostgres((engine) => {
  const made: { readonly fresh: Fresh; readonly role: string }[] = []
  afterEach(async () => {
    for (const { fresh, role } of made.splice(0)) {
      await fresh.database.run(`drop owned by ${role}; drop role ${role}`)
    }
  })

  it('runs calls under the role of the guide, which can add to the log and not change it', async () => {
    const fresh = await engine.fresh()
    const role = `countersign_${randomBytes(6).toString('hex')}`
    await fresh.database.run(`create role ${role}; grant ${role} to current_user`)
    made.push({ fresh, role })
    await fresh.database.run(statementsOfGuide().replaceAll('countersign_runtime', role))

    const url = new URL(fresh.database.url)
    url.searchParams.set('options', `-c role=${role}`)
    const dataDir = await fresh.newDirectory()
    const store = await fresh.open({ engine: { kind: 'postgres', url: url.href, dataDir } })
    for (let i = 0; i < 2; i++) await useEverything(fresh, store)
    expect((await store.ledger.head('main')).size).toBe(600)

    const asRole = (statement: string) => fresh.database.run(`set role ${role}; ${statement}`)
    for (const statement of [
      'update log_entry set idx = idx + 1',
      'delete from log_entry',
      'truncate log_entry',
      'delete from log_head',
      'update log_tile set level = 9',
      'update payload set name = name',
      'delete from approval_signature',
      'update evidence set digest = digest',
      'update policy_bundle set text = text',
      'drop trigger log_entry_append_only on log_entry',
      'alter table log_entry disable trigger all',
      'drop table log_entry',
      'delete from schema_migration',
    ]) {
      await expect(asRole(statement), statement).rejects.toThrow(/permission denied|must be owner/)
    }
  })
})

function statementsOfGuide(): string {
  const [, statements] = /```sql\n([^`]+)```/.exec(readFileSync(GUIDE, 'utf8')) ?? []
  if (statements === undefined) throw new Error('the guide shows no statements')
  return statements
}

/** One work that writes through every port, with enough entries for a hash tile. */
async function useEverything(fresh: Fresh, store: Store): Promise<void> {
  const agent = anAgent(fresh)
  const person = aPerson(fresh)
  const request = aRequest(fresh)
  const grant = aGrant(fresh, { request: request.id })
  const lease = aLease(fresh)
  const call = aCall(fresh)
  const caseId = fresh.nextId()
  const evidence = { tenant: 'main', id: fresh.nextId(), caseId, task: 't', call: 'c', tool: 'x' }
  const bytes = new TextEncoder().encode('hello')
  const payloads = { prompt: { bytes, mediaType: 'text/plain', dataClass: 'personal' } } as const
  const sequence = ((await store.bundles.active('main'))?.sequence ?? 0) + 1
  await store.commit('main', async (tx) => {
    await store.agents.put(tx, agent)
    await store.agents.put(tx, { ...agent, subject: `${agent.subject}/renamed` })
    await store.agents.putKey(tx, { ...keyOf(agent.id), tenant: 'main' })
    await store.agents.spendAssertion(tx, agent.id, 'jti', START_MS)
    await store.people.put(tx, person)
    await store.people.putTokenHash(tx, 'main', person.id, digestNamed('a'))
    await store.people.putCertificate(tx, certificateOf(fresh, person.id))
    await store.tools.put(tx, aTool())
    await store.cases.put(tx, aCase(fresh))
    await store.assets.put(tx, anAsset(fresh, { name: fresh.nextId() }))
    const task = aTask(fresh)
    await store.tasks.put(tx, task)
    await store.tasks.addExposure(tx, task.id, ['personal'], ['mail__read'])
    const shift = shiftOf(fresh, person.id)
    await store.roster.put(tx, shift)
    const feed = { tenant: 'main', source: 'feed:soc', state: 'fresh', confirmedAtMs: 0 } as const
    await store.rosterFeeds.putFeed(tx, feed)
    await store.rosterFeeds.putFeed(tx, { ...feed, state: 'stale' })
    await store.rosterFeeds.remove(tx, shift)
    const stop = { tenant: 'main', id: fresh.nextId(), scope: 'writes', pressedBy: 'p' } as const
    await store.stops.press(tx, { ...stop, pressedAtMs: START_MS })
    await store.stops.release(tx, stop.id, 'p', START_MS)
    expect(await store.budgets.take(tx, fresh.nextId(), 1, 1, 0, START_MS)).toBe(true)
    expect(await store.revisions.changed(tx, { [`new/${task.id}`]: 0 })).toEqual([])
    await store.approvals.put(tx, request)
    await store.approvals.lock(tx, request.id)
    const signed = { tenant: 'main', request: request.id, person: person.id } as const
    await store.approvals.addSignature(tx, { ...signed, role: 'shift-lead', atMs: START_MS })
    await store.approvals.putGrant(tx, grant)
    await store.approvals.lockGrant(tx, grant.id)
    expect(await store.approvals.settleGrant(tx, grant.id, 'consumed')).toBe(true)
    await store.leases.put(tx, lease)
    await store.leases.liveOfTask(tx, lease.task)
    await store.leases.revoke(tx, lease.id)
    await store.calls.put(tx, call)
    expect(await store.calls.settle(tx, call.id, 'no_effect', undefined, START_MS)).toBe(true)
    const effect = anEffect(fresh, { call: call.id })
    await store.effects.put(tx, effect)
    await store.effects.lock(tx, call.id)
    await store.effects.conclude(tx, call.id, 'standing')
    await store.drills.put(tx, drillOf(call.id))
    for (const atMs of [1, 2])
      expect(await store.fanOut.reach(tx, 't', 'ip', ['d'], 0, atMs)).toBe(1)
    expect(await store.calls.resettle(tx, call.id, 'no_effect', START_MS)).toBe(false)
    await store.drills.put(tx, drillOf(call.id))
    const recorded = { digest: digestNamed('b'), outcomeEntry: 'e', labels: [], atMs: START_MS }
    await store.evidence.put(tx, { ...evidence, ...recorded })
    await store.evidence.putRecommendation(tx, adviceOf(fresh, caseId))
    await store.bundles.publish(tx, bundleOf(sequence))
    await store.payloads.destroyKeys(tx, caseId, 'personal')
    const more = Array.from({ length: 299 }, () => entryDraft(fresh))
    return { value: 0, entries: [entryDraft(fresh, { caseId, payloads }), ...more] }
  })
  const { size } = await store.ledger.head('main')
  await store.ledger.putCheckpoint('main', { size, note: 'n', signedAtMs: START_MS })
}

function keyOf(agent: string) {
  return { agent, thumbprint: 'tp', jwk: { kty: 'EC' }, createdAtMs: START_MS }
}

function certificateOf({ nextId }: Fresh, person: string) {
  const until = { expiresAtMs: START_MS }
  return { tenant: 'main', id: nextId(), person, actionClass: 'contain', issuer: 'i', ...until }
}

function shiftOf({ nextId }: Fresh, person: string) {
  const span = { fromMs: 0, toMs: START_MS, precedence: 0, source: 'file' }
  return { tenant: 'main', id: nextId(), role: 'shift-lead', person, ...span } as const
}

function adviceOf({ nextId }: Fresh, caseId: string) {
  const by = { task: 't', agent: 'a', owner: 'o', evidence: [], entry: 'e', atMs: START_MS }
  return { tenant: 'main', id: nextId(), caseId, status: 'advisory', ...by } as const
}

function drillOf(call: string) {
  const tool = { upstream: 'firewall', name: 'block', entryDigest: digestNamed('d') }
  return { tenant: 'main', ...tool, call, undo: 'u', atMs: START_MS }
}

function bundleOf(sequence: number) {
  const by = { publishedBy: 'p', publishedAtMs: START_MS, entry: 'e' }
  return { tenant: 'main', sequence, digest: digestNamed('c'), text: '{}', ...by }
}
