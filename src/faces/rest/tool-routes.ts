/** The catalogue: what there is, what changed, and a person's review. */
import { reviewTool } from '../../command/review-tool.ts'
import {
  reviewToolAnswer,
  reviewToolBody,
  toolDiff,
  toolList,
  toolParams,
  toolQuery,
} from '../../contract/tools.ts'
import { Failure } from '../../kernel/failure.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { receiptsWire, toolWire } from './wire.ts'

const TAGS = ['tools']

export function toolRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/tools',
    { schema: { tags: TAGS, response: answers(toolList) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      const [tools, drills] = await Promise.all([deps.tools.list(tenant), deps.drills.list(tenant)])
      return { tools: tools.map((tool) => toolWire(tool, drills)) }
    },
  )
  app.get(
    '/api/v1/tools/:upstream/:name/diff',
    {
      schema: {
        tags: TAGS,
        params: toolParams,
        querystring: toolQuery,
        response: answers(toolDiff),
      },
    },
    async (request) => {
      const { upstream, name } = request.params
      const { tenant } = doerOf(request).person
      const tool = await deps.tools.byName(tenant, upstream, request.query.kind, name)
      if (tool === undefined) throw new Failure('not_found', 'no such tool')
      const { reviewed } = tool
      return {
        tool: toolWire(tool),
        current: tool.definition,
        reviewed: reviewed?.definition,
        reviewed_digest: reviewed?.definitionDigest,
        entry: reviewed?.entry,
      }
    },
  )
  app.post(
    '/api/v1/tools/:upstream/:name/review',
    {
      schema: {
        tags: TAGS,
        params: toolParams,
        querystring: toolQuery,
        body: reviewToolBody,
        response: answers(reviewToolAnswer),
      },
    },
    async (request) => {
      const by = doerOf(request)
      const { body } = request
      const verdict =
        body.verdict === 'approve'
          ? ({ kind: 'approve', entry: body.entry } as const)
          : ({ kind: 'suspend' } as const)
      const made = await reviewTool(deps, {
        tenant: by.person.tenant,
        by,
        ...request.params,
        kind: request.query.kind,
        seenDigest: body.seen_digest,
        verdict,
      })
      return { tool: toolWire(made.tool), receipts: receiptsWire([made.receipt]) }
    },
  )
}
