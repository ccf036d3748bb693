/** What happened in a case, entry by entry, and the recorded words and results behind the entries. */
import { findCase } from '../../command/open-task.ts'
import { searchEvidence } from '../../command/search-evidence.ts'
import {
  entryPayloadParams,
  evidenceList,
  evidenceQuery,
  evidenceRecord,
  payloadRecord,
  timeline,
} from '../../contract/timeline.ts'
import { idParams, refParams } from '../../contract/words.ts'
import { shownText } from '../../disclosure/shown.ts'
import { Failure } from '../../kernel/failure.ts'
import { readEntry } from '../../ledger/read-entry.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { checkpointWire, entryWire } from './entry-wire.ts'

const TAGS = ['cases']

export function timelineRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/cases/:id/timeline',
    { schema: { tags: TAGS, params: refParams, response: answers(timeline) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      const caseId = await caseIdOf(deps, tenant, request.params.id)
      const [entries, checkpoint] = await Promise.all([
        deps.ledger.entriesOfCase(tenant, caseId),
        deps.ledger.checkpoint(tenant),
      ])
      return {
        case: caseId,
        checkpoint: checkpointWire(checkpoint),
        entries: entries.map(entryWire),
      }
    },
  )
  app.get(
    '/api/v1/cases/:id/entries/:entry/:name',
    { schema: { tags: TAGS, params: entryPayloadParams, response: answers(payloadRecord) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      const { id, entry, name } = request.params
      const caseId = await caseIdOf(deps, tenant, id)
      const stored = await deps.ledger.entryById(tenant, entry)
      const read = stored === undefined ? undefined : readEntry(stored.bytes)
      const isThere =
        read?.ok === true &&
        read.entry.case?.id === caseId &&
        Object.hasOwn(read.entry.commits ?? {}, name)
      if (!isThere) throw new Failure('not_found', 'the case has no such entry or payload')
      return { content: await contentOf(deps, tenant, entry, name) }
    },
  )
  evidenceRoute(app, deps)
}

function evidenceRoute(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/cases/:id/evidence',
    {
      schema: {
        tags: TAGS,
        params: refParams,
        querystring: evidenceQuery,
        response: answers(evidenceList),
      },
    },
    async (request) => {
      const { tenant } = doerOf(request).person
      const caseId = await caseIdOf(deps, tenant, request.params.id)
      const { found, ...counts } = await searchEvidence(deps, tenant, caseId, request.query.q ?? '')
      const evidence = found.map(({ id, call, tool, digest, labels, atMs, excerpt }) => ({
        id,
        call,
        tool,
        digest,
        labels: [...labels],
        at_ms: atMs,
        ...(excerpt === undefined ? {} : { excerpt }),
      }))
      return { evidence, ...counts }
    },
  )
  app.get(
    '/api/v1/evidence/:id',
    { schema: { tags: TAGS, params: idParams, response: answers(evidenceRecord) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      const found = await deps.evidence.byId(tenant, request.params.id)
      if (found === undefined) throw new Failure('not_found', 'no such evidence')
      const { id, call, tool, digest, labels, atMs } = found
      const content = await contentOf(deps, tenant, found.outcomeEntry, 'result')
      return { id, call, tool, digest, labels: [...labels], at_ms: atMs, content }
    },
  )
}

async function contentOf(deps: RestDeps, tenant: string, entry: string, name: string) {
  const payload = await deps.payloads.open(tenant, entry, name)
  if (payload.state === 'erased') return { state: 'erased' as const }
  const shown = shownText(payload)
  if (shown === undefined) return { state: 'withheld' as const }
  return {
    state: 'present' as const,
    text: shown.text,
    is_cut: shown.isCut,
    media_type: payload.mediaType,
    data_class: payload.dataClass,
  }
}

/** By our id or by the number in the ticket system. */
async function caseIdOf(deps: RestDeps, tenant: string, ref: string): Promise<string> {
  const record = await findCase(deps.cases, tenant, ref)
  if (record === undefined) throw new Failure('not_found', 'no such case')
  return record.id
}
