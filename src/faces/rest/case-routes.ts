/** Cases with their feed, calls and export; assets with their feed. */
import { Readable } from 'node:stream'
import { exportCase } from '../../command/export-case.ts'
import { makeChange } from '../../command/govern-change.ts'
import { findCase } from '../../command/open-task.ts'
import { putCase } from '../../command/put-case.ts'
import {
  assetList,
  assetParams,
  callList,
  caseList,
  caseRecord,
  caseRefParams,
  putAssetAnswer,
  putAssetBody,
  putCaseAnswer,
  putCaseBody,
} from '../../contract/cases.ts'
import { refParams } from '../../contract/words.ts'
import { Failure } from '../../kernel/failure.ts'
import type { App } from './app.ts'
import { answers, streams } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { assetWire, callWire, caseWire, receiptsWire } from './wire.ts'

const TAGS = ['cases']
/** The export is lines of canonical JSON. */
const EXPORT_TYPE = 'application/x-ndjson'

export function caseRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/cases',
    { schema: { tags: TAGS, response: answers(caseList) } },
    async (request) => {
      const cases = await deps.cases.list(doerOf(request).person.tenant)
      return { cases: cases.map(caseWire) }
    },
  )
  app.get(
    '/api/v1/cases/:id',
    { schema: { tags: TAGS, params: refParams, response: answers(caseRecord) } },
    async (request) =>
      caseWire(await caseOf(deps, doerOf(request).person.tenant, request.params.id)),
  )
  app.get(
    '/api/v1/cases/:id/calls',
    { schema: { tags: TAGS, params: refParams, response: answers(callList) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      const record = await caseOf(deps, tenant, request.params.id)
      const calls = await deps.calls.listOfCase(tenant, record.id)
      return { calls: calls.map(callWire) }
    },
  )
  feedRoute(app, deps)
  exportRoute(app, deps)
  assetRoutes(app, deps)
}

function feedRoute(app: App, deps: RestDeps): void {
  app.put(
    '/api/v1/cases/:external_ref',
    {
      schema: {
        tags: TAGS,
        params: caseRefParams,
        body: putCaseBody,
        response: answers(putCaseAnswer),
      },
    },
    async (request) => {
      const by = doerOf(request)
      const { owner, observed_at_ms: observedAtMs, ...report } = request.body
      const made = await putCase(deps, {
        tenant: by.person.tenant,
        by,
        externalRef: request.params.external_ref,
        ...report,
        ...(owner === undefined ? {} : { owner }),
        ...(observedAtMs === undefined ? {} : { observedAtMs }),
      })
      return { case: caseWire(made.record), receipts: receiptsWire([made.receipt]) }
    },
  )
}

function exportRoute(app: App, deps: RestDeps): void {
  app.post(
    '/api/v1/cases/:id/export',
    {
      schema: { tags: TAGS, params: refParams, response: streams(EXPORT_TYPE, 'the export file') },
    },
    async (request, reply) => {
      const by = doerOf(request)
      const record = await caseOf(deps, by.person.tenant, request.params.id)
      const file = await exportCase(deps, { tenant: by.person.tenant, by, caseId: record.id })
      return reply
        .type(EXPORT_TYPE)
        .header('content-disposition', `attachment; filename="case-${record.id}.countersign"`)
        .header('x-countersign-export', file.exportId)
        .send(Readable.from(file.lines))
    },
  )
}

function assetRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/assets',
    { schema: { tags: TAGS, response: answers(assetList) } },
    async (request) => {
      const assets = await deps.assets.list(doerOf(request).person.tenant)
      return { assets: assets.map(assetWire) }
    },
  )
  app.put(
    '/api/v1/assets/:kind/:name',
    {
      schema: {
        tags: TAGS,
        params: assetParams,
        body: putAssetBody,
        response: answers(putAssetAnswer),
      },
    },
    async (request) => {
      const by = doerOf(request)
      const { never_touch: isNeverTouch, ...report } = request.body
      const made = await makeChange(deps, 'asset.put', {
        tenant: by.person.tenant,
        by,
        ...request.params,
        ...report,
        isNeverTouch,
      })
      return { asset: assetWire(made.asset), receipts: receiptsWire([made.receipt]) }
    },
  )
}

/** By our id or by the number in the ticket system: people know only the latter. */
async function caseOf(deps: RestDeps, tenant: string, ref: string) {
  const record = await findCase(deps.cases, tenant, ref)
  if (record === undefined) throw new Failure('not_found', 'no such case')
  return record
}
