import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UpstreamOffer } from '../../src/catalogue/ports.ts'
import type { ToolDefinition } from '../../src/catalogue/tool.ts'
import { noticeOffer } from '../../src/command/notice-offer.ts'
import { publishPolicy } from '../../src/command/publish-policy.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import type { RestGateway, Token } from '../harness/rest-gateway.ts'
import { openRestGateway, shippedDocuments, TENANT } from '../harness/rest-gateway.ts'
import { onSqlite } from '../harness/stores.ts'

const BLOCK: ToolDefinition = {
  name: 'block',
  description: 'Blocks an address at the firewall.',
  inputSchema: {
    type: 'object',
    properties: { address: { type: 'string' } },
    required: ['address'],
  },
}
const LIST: ToolDefinition = {
  name: 'list',
  description: 'Lists blocked addresses.',
  inputSchema: { type: 'object', properties: {} },
}
const READ_ENTRY = { effect: 'read', verb: 'query', target: { kind: 'ipv4_net' } }

function offerOf(...definitions: ToolDefinition[]): UpstreamOffer {
  return {
    upstream: 'firewall',
    definitions: definitions.map((definition) => ({ kind: 'tool', definition })),
    capabilities: {},
    serverName: 'firewall',
    serverVersion: '1.0.0',
  }
}

type Tests = {
  readonly failed: number
  readonly untested: readonly string[]
  readonly results: readonly { readonly name: string; readonly problems: readonly string[] }[]
}

onSqlite((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  let gateway: RestGateway
  let engineer: Token

  beforeEach(async () => {
    gateway = await openRestGateway(engine, undo)
    engineer = await gateway.enrol('edda', ['platform-engineer'])
  })
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  const as = (method: string, path: string, body?: unknown) =>
    gateway.send(method, path, { token: engineer.token, ...(body === undefined ? {} : { body }) })
  const notice = (offer: UpstreamOffer) =>
    noticeOffer(gateway.deps, { tenant: TENANT, offer, trusted: [] })

  describe('the catalogue', () => {
    const toolNamed = async (name: string) => {
      const { tools } = (await as('GET', '/api/v1/tools')).json() as {
        tools: { name: string; status: string; findings: string[]; definition_digest: string }[]
      }
      return tools.find((tool) => tool.name === name)
    }
    const review = (name: string, body: object) =>
      as('POST', `/api/v1/tools/firewall/${name}/review`, body)
    const approve = async (name: string, entry: object = READ_ENTRY) =>
      review(name, {
        verdict: 'approve',
        seen_digest: (await toolNamed(name))?.definition_digest,
        entry,
      })

    it('blocks what is new, and says so once', async () => {
      const size = await gateway.size()
      await notice(offerOf(BLOCK, LIST))
      expect((await gateway.types()).slice(size)).toEqual(['tool.seen', 'tool.seen'])
      expect(await toolNamed('block')).toMatchObject({
        status: 'quarantined',
        findings: expect.arrayContaining(['new']),
        exposed_name: 'firewall__block',
      })
      const again = await notice(offerOf(BLOCK, LIST))
      expect(again).toEqual({ changed: [], receipts: [] })
      expect(await gateway.size()).toBe(size + 2)
    })

    it('approves by a person who looked, with the classification they gave', async () => {
      await notice(offerOf(LIST))
      const answer = await approve('list')
      expect(answer.status).toBe(200)
      expect(answer.json()).toMatchObject({
        tool: { status: 'approved', effect: 'read', reviewed_by: engineer.person.id },
        receipts: [{ type: 'tool.reviewed' }],
      })
    })

    it('refuses a review of another definition than the one that stands there now', async () => {
      await notice(offerOf(LIST))
      const before = (await toolNamed('list'))?.definition_digest
      await notice(offerOf({ ...LIST, description: 'Lists blocked addresses, and mails them.' }))
      const size = await gateway.size()
      const answer = await review('list', {
        verdict: 'approve',
        seen_digest: before,
        entry: READ_ENTRY,
      })
      expect([answer.status, answer.json().code]).toEqual([409, 'seen_digest_mismatch'])
      expect(await gateway.size()).toBe(size)
    })

    it('blocks an approved tool whose definition changed, and shows both definitions [R46]', async () => {
      await notice(offerOf(LIST))
      await approve('list')
      const changed = { ...LIST, description: 'Lists blocked addresses, newest first.' }
      const { changed: tools } = await notice(offerOf(changed))
      expect(tools).toMatchObject([{ status: 'quarantined' }])
      const diff = (await as('GET', '/api/v1/tools/firewall/list/diff')).json()
      expect(diff).toMatchObject({
        tool: { status: 'quarantined', findings: expect.arrayContaining(['drifted']) },
        current: changed,
        reviewed: LIST,
        entry: { worst: { effect: 'read' } },
      })
      expect(diff.reviewed_digest).not.toBe(
        (diff.tool as { definition_digest: string }).definition_digest,
      )
    })

    it('refuses an entry that breaks a rule, in the words of the catalogue', async () => {
      await notice(offerOf(LIST))
      const rows: readonly (readonly [object, string])[] = [
        [{ ...READ_ENTRY, effect: 'harmless' }, 'effect'],
        [{ ...READ_ENTRY, surprise: true }, 'surprise'],
        [{ verb: 'query', target: { kind: 'ipv4_net' } }, '"effect" is missing'],
      ]
      for (const [entry, says] of rows) {
        const answer = await approve('list', entry)
        expect([answer.status, answer.json().code]).toEqual([400, 'review_refused'])
        expect(answer.json().detail).toContain(says)
      }
    })

    it('takes a tool away again', async () => {
      await notice(offerOf(LIST))
      await approve('list')
      const seen = (await toolNamed('list'))?.definition_digest
      const answer = await review('list', { verdict: 'suspend', seen_digest: seen })
      expect(answer.json()).toMatchObject({ tool: { status: 'suspended' } })
    })

    it('believes nothing of a server that says two things under one name', async () => {
      const size = await gateway.size()
      await expect(notice(offerOf(LIST, { ...LIST, description: 'other' }))).rejects.toMatchObject({
        code: 'upstream_protocol',
      })
      expect(await gateway.size()).toBe(size)
    })
  })

  describe('policy', () => {
    const documents = (changed: JsonObject = {}): JsonObject => ({
      ...shippedDocuments(),
      ...changed,
    })

    it('publishes the first bundle, then the next one naming its parent, and says it is unproven', async () => {
      const first = await as('POST', '/api/v1/policies', { documents: documents() })
      expect(first.status).toBe(201)
      expect(first.json()).toMatchObject({
        bundle: { sequence: 1, published_by: engineer.person.id },
        receipts: [{ type: 'policy.published' }],
      })
      const second = (await as('POST', '/api/v1/policies', { documents: documents() })).json()
      expect(second).toMatchObject({ bundle: { sequence: 2 } })
      const size = await gateway.size()
      const [entry] = await gateway.fresh.store.ledger.entries(TENANT, size - 1, size)
      const { data } = JSON.parse(new TextDecoder().decode(entry?.bytes)) as { data: object }
      const parent = (first.json().bundle as { digest: string }).digest
      expect(data).toMatchObject({ sequence: 2, parent, proven: false })
      const list = (await as('GET', '/api/v1/policies')).json()
      expect(list.bundles).toHaveLength(2)
      const active = (await as('GET', '/api/v1/policies/active')).json()
      expect(active).toMatchObject({ sequence: 2, bundle: { format: 'countersign-bundle-v1' } })
    })

    it('publishes one of two bundles sent at once under each number', async () => {
      const publish = () =>
        publishPolicy(gateway.deps, {
          tenant: TENANT,
          by: { kind: 'person', person: engineer.person },
          documents: documents(),
        })
      const made = await Promise.allSettled([publish(), publish()])
      const sequences = made.flatMap((one) =>
        one.status === 'fulfilled' ? [one.value.bundle.sequence] : [],
      )
      expect(new Set(sequences).size).toBe(sequences.length)
      expect((await gateway.fresh.store.bundles.list(TENANT)).length).toBe(sequences.length)
    })

    const broken = (): JsonObject => {
      const { policies } = documents()
      const text = '@id("x-open") permit(principal, action, resource) when { context.nothing };'
      return documents({ policies: { ...(policies as JsonObject), 'x-open': text } })
    }

    it('checks without changing anything, and names what is wrong', async () => {
      const size = await gateway.size()
      const good = (await as('POST', '/api/v1/policies/check', { documents: documents() })).json()
      expect(good).toMatchObject({ publishable: true, digest: expect.stringMatching(/^sha256:/) })
      const bad = (await as('POST', '/api/v1/policies/check', { documents: broken() })).json()
      expect(bad.publishable).toBe(false)
      expect(bad.findings).toContainEqual(expect.objectContaining({ severity: 'error' }))
      expect(await gateway.size()).toBe(size)
    })

    it('publishes nothing that a check finds wrong', async () => {
      const size = await gateway.size()
      const answer = await as('POST', '/api/v1/policies', { documents: broken() })
      expect([answer.status, answer.json().code]).toEqual([400, 'policy_invalid'])
      expect(await gateway.size()).toBe(size)
      expect((await as('GET', '/api/v1/policies/active')).status).toBe(404)
    })

    it('runs the table tests of the configured directory against what is in force, and names what broke', async () => {
      const path = '/api/v1/policies/active/tests'
      expect((await as('GET', path)).json()).toMatchObject({ code: 'policy_missing' })
      await as('POST', '/api/v1/policies', { documents: documents() })
      const good = (await as('GET', path)).json() as unknown as Tests
      expect([good.failed, good.untested]).toEqual([0, []])
      expect(good.results.length).toBeGreaterThan(50)
      const thresholds = { ...(documents().thresholds as JsonObject), criticalFrom: 5 }
      const changed = await as('POST', '/api/v1/policies', { documents: documents({ thresholds }) })
      expect([changed.status, changed.text]).toEqual([201, changed.text])
      const { failed, results } = (await as('GET', path)).json() as unknown as Tests
      const broken = results.filter(({ problems }) => problems.length > 0)
      expect(failed).toBe(broken.length)
      expect(failed).toBeGreaterThan(0)
      expect(broken[0]?.problems.join()).toMatch(/instead of|not decided by|asks/)
    }, 60_000)

    it('explains the active bundle, and says when there is none', async () => {
      const none = await as('POST', '/api/v1/policies/explain', { request: {} })
      expect(none.json()).toMatchObject({ code: 'policy_missing' })
      await as('POST', '/api/v1/policies', { documents: documents() })
      const explained = await as('POST', '/api/v1/policies/explain', { request: {} })
      expect(explained.status).toBe(200)
      expect(explained.json()).toMatchObject({ decision: { kind: expect.any(String) } })
    })
  })
})
