import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Failure } from '../../src/kernel/failure.ts'
import { decodeHex } from '../../src/ledger/base64.ts'
import { parseCheckpoint } from '../../src/ledger/checkpoint.ts'
import { leafHash } from '../../src/ledger/merkle.ts'
import { verifyInclusion } from '../../src/ledger/proof.ts'
import { splitEntryBundle } from '../../src/ledger/tile.ts'
import { parseTlogProof } from '../../src/ledger/tlog-proof.ts'
import { EXIT } from '../../src/verify/verdict.ts'
import { verifyExport } from '../../src/verify/verify.ts'
import type { ActiveAgent, RestGateway, Token } from '../harness/rest-gateway.ts'
import { openRestGateway, registerActiveAgent, TENANT } from '../harness/rest-gateway.ts'
import { forEachEngine } from '../harness/stores.ts'

forEachEngine((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  let gateway: RestGateway
  let auditor: Token
  let mine: ActiveAgent

  beforeEach(async () => {
    gateway = await openRestGateway(engine, undo)
    mine = await registerActiveAgent(gateway)
    auditor = await gateway.enrol('ida', ['auditor'])
  })
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  const get = (path: string) => gateway.send('GET', path, { token: auditor.token })
  const bytesOf = async (path: string) =>
    new Uint8Array(await (await fetch(gateway.origin + path)).arrayBuffer())
  const sign = () => gateway.deps.checkpointCovering(TENANT, 0)

  describe('for people', () => {
    it('gives a signed checkpoint, and a proof that each entry lies under it', async () => {
      await sign()
      const point = (await get('/api/v1/ledger/checkpoint')).json()
      const { checkpoint } = parseCheckpoint(new TextEncoder().encode(String(point.note)))
      expect(point).toMatchObject({ origin: 'countersign.test/main', size: checkpoint.size })
      for (let index = 0; index < checkpoint.size; index++) {
        const proof = (await get(`/api/v1/ledger/prove/${index}`)).json()
        const path = (proof.path as string[]).map((hash) => decodeHex(hash) ?? new Uint8Array())
        const leaf = decodeHex(String(proof.leaf_hash)) ?? new Uint8Array()
        const claim = { index, size: checkpoint.size, leafHash: leaf, path, root: checkpoint.root }
        expect(verifyInclusion(claim)).toBe(true)
        expect(verifyInclusion({ ...claim, index: index + 1 })).toBe(false)
        expect(parseTlogProof(String(proof.proof))).toMatchObject({ index, path })
      }
    })

    it('checks the whole log in place, and finds a changed entry', async () => {
      await sign()
      expect((await get('/api/v1/ledger/check')).json()).toMatchObject({ ok: true, findings: [] })
      await gateway.fresh.database.liftGuard()
      await gateway.fresh.database.run(
        'update log_entry set bytes = (select bytes from log_entry where idx = 2) where idx = 1',
      )
      const report = (await get('/api/v1/ledger/check')).json()
      expect(report.ok).toBe(false)
      expect(report.findings).toContainEqual(
        expect.objectContaining({ code: 'ledger_entry_tampered', index: 1 }),
      )
    })

    it('says that there is no checkpoint before one was signed', async () => {
      expect((await get('/api/v1/ledger/checkpoint')).status).toBe(404)
      expect((await gateway.send('GET', '/log/main/checkpoint')).status).toBe(404)
    })
  })

  describe('for verifiers, under the paths of C2SP tlog-tiles', () => {
    it('serves checkpoint, hash tile and entry bundle without a token, and they agree', async () => {
      await sign()
      const answer = await gateway.send('GET', '/log/main/checkpoint')
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
      const { checkpoint } = parseCheckpoint(new TextEncoder().encode(answer.text))
      const { size } = checkpoint
      const bundle = splitEntryBundle(await bytesOf(`/log/main/tile/entries/000.p/${size}`))
      const tile = await bytesOf(`/log/main/tile/0/000.p/${size}`)
      expect(bundle).toHaveLength(size)
      for (const [at, entry] of bundle.entries()) {
        expect(leafHash(entry)).toEqual(tile.slice(at * 32, at * 32 + 32))
      }
    })

    it('serves nothing beyond the signed size, nothing misspelt, and nobody else’s log', async () => {
      const point = await sign()
      await gateway.enrol('late', ['analyst'])
      for (const path of [
        `/log/main/tile/0/000.p/${point.size + 1}`,
        '/log/main/tile/0/000',
        '/log/main/tile/0/0',
        '/log/main/tile/entries/../checkpoint',
        '/log/other/checkpoint',
        '/log/other/tile/0/000.p/1',
      ]) {
        const answer = await gateway.send('GET', path)
        expect([path, answer.status]).toEqual([path, 404])
      }
    })
  })

  describe('the export of a case', () => {
    const exportOf = async (ref: string, who = auditor) =>
      gateway.send('POST', `/api/v1/cases/${ref}/export`, { token: who.token })

    it('is one file that a stranger verifies, complete up to its own entry', async () => {
      const answer = await exportOf('INC-482')
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
      expect(answer.headers.get('content-disposition')).toContain(`case-${mine.caseId}`)
      const policy = `log ${gateway.deps.verifierKey}\nquorum none\n`
      const bytes = new TextEncoder().encode(answer.text)
      expect(verifyExport(bytes).exitCode).toBe(EXIT.incomplete)
      const verdict = verifyExport(bytes, policy)
      expect([verdict.exitCode, verdict.summary]).toEqual([EXIT.verified, verdict.summary])
      expect(verdict.subject).toMatchObject({ case: mine.caseId, entries: 2 })
      expect((await gateway.types()).at(-1)).toBe('export.created')
    })

    it('discloses what was recorded, and a second export holds the first as an entry', async () => {
      await exportOf(mine.caseId)
      const second = await exportOf(mine.caseId)
      const lines = second.text.trimEnd().split('\n')
      expect(lines).toHaveLength(1 + 3 + 1 + 1)
      const { disclosures } = JSON.parse(lines[1] ?? '') as {
        disclosures: { case: { state: string; payload: string } }
      }
      expect(disclosures.case.state).toBe('disclosed')
      expect(Buffer.from(disclosures.case.payload, 'base64').toString()).toContain('INC-482')
    })

    it('fails to verify when any byte is changed', async () => {
      const bytes = new TextEncoder().encode((await exportOf('INC-482')).text)
      for (let at = 0; at < bytes.length; at += 97) {
        const changed = bytes.slice()
        changed[at] = (changed[at] ?? 0) ^ 1
        expect(verifyExport(changed).exitCode, `byte ${at}`).toBe(EXIT.failed)
      }
    })
  })

  describe('health', () => {
    it('answers that it lives, and when it is not ready says what is not', async () => {
      expect((await gateway.send('GET', '/healthz')).json()).toEqual({ status: 'ok' })
      expect((await gateway.send('GET', '/readyz')).status).toBe(200)
      const sick = await openRestGateway(engine, undo, {
        readiness: [
          { name: 'store', check: async () => undefined },
          { name: 'clock', check: () => Promise.reject(new Failure('clock_skewed', '3 s')) },
        ],
      })
      const answer = await sick.send('GET', '/readyz')
      expect(answer.status).toBe(503)
      expect(answer.json()).toEqual({
        ready: false,
        checks: [
          { name: 'store', ok: true },
          { name: 'clock', ok: false, code: 'clock_skewed' },
        ],
      })
    })
  })

  describe('stops', () => {
    it('lets who works here press without a reason, and only a lead release, with one [R146]', async () => {
      const press = (who: Token) =>
        gateway.send('POST', '/api/v1/stops', { token: who.token, body: { scope: 'writes' } })
      expect((await press(auditor)).json()).toMatchObject({ code: 'not_permitted' })
      const pressed = await press(await gateway.enrol('ann', ['analyst']))
      expect(pressed.status).toBe(201)
      const { id } = pressed.json().stop as { id: string }
      expect((await get('/api/v1/stops')).json().stops).toMatchObject([{ id, scope: 'writes' }])
      const release = (who: Token, reason: string) =>
        gateway.send('DELETE', `/api/v1/stops/${id}`, { token: who.token, body: { reason } })
      expect((await release(auditor, 'over')).status).toBe(403)
      const lead = await gateway.enrol('lea', ['shift-lead'])
      expect((await release(lead, ' ')).json()).toMatchObject({ code: 'reason_required' })
      expect((await release(lead, 'over')).status).toBe(200)
      expect((await get('/api/v1/stops')).json().stops).toEqual([])
    })
  })

  describe('metadata', () => {
    it('tells OAuth clients where to go, at the places RFC 8414 and RFC 9728 name', async () => {
      const server = (await gateway.send('GET', '/.well-known/oauth-authorization-server')).json()
      expect(server).toMatchObject({
        issuer: gateway.deps.baseUrl,
        token_endpoint: `${gateway.deps.baseUrl}/oauth/token`,
        jwks_uri: `${gateway.deps.baseUrl}/oauth/jwks`,
        grant_types_supported: ['urn:ietf:params:oauth:grant-type:token-exchange'],
        response_types_supported: [],
      })
      for (const suffix of ['', '/mcp', '/mcp/u/firewall']) {
        const path = `/.well-known/oauth-protected-resource${suffix}`
        expect((await gateway.send('GET', path)).json()).toMatchObject({
          resource: `${gateway.deps.baseUrl}/mcp`,
          authorization_servers: [gateway.deps.baseUrl],
        })
      }
    })
  })
})
