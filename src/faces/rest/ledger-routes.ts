/** The ledger for people, and the same log as static C2SP tiles for everybody's verifiers. */
import { checkLedger } from '../../command/check-ledger.ts'
import {
  checkpoint,
  inclusion,
  ledgerReport,
  logParams,
  proveParams,
  tileParams,
} from '../../contract/ledger.ts'
import { Failure } from '../../kernel/failure.ts'
import { encodeHex } from '../../ledger/base64.ts'
import type { StoredCheckpoint } from '../../ledger/ports.ts'
import { parseTilePath } from '../../ledger/tile.ts'
import type { TileSource } from '../../ledger/tile-source.ts'
import { tileSource } from '../../ledger/tile-source.ts'
import { writeTlogProof } from '../../ledger/tlog-proof.ts'
import { inclusionProof, openTree } from '../../ledger/tree-reader.ts'
import type { App } from './app.ts'
import { answers, streams } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'

const TAGS = ['ledger']

export function ledgerRoutes(app: App, deps: RestDeps): void {
  const sources = new Map<string, TileSource>()
  app.get(
    '/api/v1/ledger/checkpoint',
    { schema: { tags: TAGS, response: answers(checkpoint) } },
    async (request) => {
      const { size, note, signedAtMs } = await checkpointOf(deps, doerOf(request).person.tenant)
      const { origin, verifierKey } = deps
      return { origin, size, note, signed_at_ms: signedAtMs, verifier_key: verifierKey }
    },
  )
  app.get(
    '/api/v1/ledger/check',
    { schema: { tags: TAGS, response: answers(ledgerReport) } },
    async (request) => {
      const by = doerOf(request)
      const report = await checkLedger(deps, { tenant: by.person.tenant, by })
      return {
        ok: report.findings.length === 0,
        size: report.size,
        findings: report.findings.map(({ code, index, detail }) => ({ code, index, detail })),
      }
    },
  )
  app.get(
    '/api/v1/ledger/prove/:index',
    { schema: { tags: TAGS, params: proveParams, response: answers(inclusion) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      const { index } = request.params
      const { size, note } = await checkpointOf(deps, tenant)
      const path = await inclusionProof(
        openTree(size, sourceOf(deps, sources, tenant).readTile),
        index,
      )
      const [entry] = await deps.ledger.entries(tenant, index, index + 1)
      if (entry === undefined) throw new Failure('not_found', 'no such entry')
      return {
        index,
        size,
        leaf_hash: encodeHex(entry.leafHash),
        path: path.map(encodeHex),
        checkpoint: note,
        proof: writeTlogProof({ index, path, checkpoint: note }),
      }
    },
  )
  logRoutes(app, deps, sources)
}

/** C2SP tlog-tiles: paths, bytes and media types are those of the specification, not ours to choose. */
function logRoutes(app: App, deps: RestDeps, sources: Map<string, TileSource>): void {
  app.get(
    '/log/:tenant/checkpoint',
    {
      schema: { tags: ['log'], params: logParams, response: streams('text/plain', 'signed note') },
    },
    async (request, reply) => {
      const { note } = await checkpointOf(deps, request.params.tenant)
      return reply.type('text/plain; charset=utf-8').header('cache-control', 'no-cache').send(note)
    },
  )
  app.get(
    '/log/:tenant/tile/*',
    {
      schema: {
        tags: ['log'],
        params: tileParams,
        response: streams('application/octet-stream', 'hash tile or entry bundle'),
      },
    },
    async (request, reply) => {
      const { tenant } = request.params
      const tile = parseTilePath(`tile/${request.params['*']}`)
      if (tile === undefined) throw new Failure('not_found', 'this is not the path of a tile')
      const { size } = await checkpointOf(deps, tenant)
      const bytes = await sourceOf(deps, sources, tenant).serve(tile, size)
      if (bytes === undefined) throw new Failure('not_found', 'the signed log has no such tile yet')
      // A tile never changes once a checkpoint covers it (C2SP tlog-tiles).
      return reply
        .type('application/octet-stream')
        .header('cache-control', 'public, max-age=31536000, immutable')
        .send(Buffer.from(bytes))
    },
  )
}

async function checkpointOf(deps: RestDeps, tenant: string): Promise<StoredCheckpoint> {
  const found = await deps.ledger.checkpoint(tenant)
  if (found === undefined)
    throw new Failure('not_found', 'there is no signed checkpoint of this log')
  return found
}

/** Kept per tenant that has a log: strangers naming others cannot fill the map. */
function sourceOf(deps: RestDeps, sources: Map<string, TileSource>, tenant: string): TileSource {
  const known = sources.get(tenant)
  if (known !== undefined) return known
  const made = tileSource(deps.ledger, tenant)
  sources.set(tenant, made)
  return made
}
