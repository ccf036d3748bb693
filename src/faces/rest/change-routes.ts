/** The second person's side of governed changes. Proposing has no route: it is a header of the change itself. */
import { CHANGE_KINDS, type ChangeKind } from '../../command/change-kinds.ts'
import {
  confirmChange,
  contentOfChange,
  partInChange,
  rejectChange,
  reviewChange,
} from '../../command/confirm-change.ts'
import { secondPeople } from '../../command/govern-change.ts'
import {
  changeAnswer,
  changeList,
  changeQuery,
  confirmBody,
  governance,
  rejectBody,
  reviewBody,
  shownChange,
} from '../../contract/changes.ts'
import { idParams } from '../../contract/words.ts'
import { Failure } from '../../kernel/failure.ts'
import { parseStrict } from '../../kernel/strict-json.ts'
import type { GovernedChange } from '../../oversight/change.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { assertionOf } from './passkey-routes.ts'

const TAGS = ['changes']

export function changeRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/changes',
    { schema: { tags: TAGS, querystring: changeQuery, response: answers(changeList) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      const found = await deps.governed.list(tenant, request.query.state)
      return { changes: found.map(changeWire) }
    },
  )
  app.get(
    '/api/v1/governance',
    { schema: { tags: TAGS, response: answers(governance) } },
    async (request) => governanceOf(deps, doerOf(request).person.tenant),
  )
  app.get(
    '/api/v1/changes/:id',
    { schema: { tags: TAGS, params: idParams, response: answers(shownChange) } },
    async (request) => {
      const { person } = doerOf(request)
      const found = await deps.governed.byId(person.tenant, request.params.id)
      if (found === undefined) throw new Failure('not_found', 'there is no such change')
      const [content, reason, part] = await Promise.all([
        contentOfChange(deps, found),
        contentOfChange(deps, found, 'reason'),
        partInChange(deps, found, person),
      ])
      return {
        ...changeWire(found),
        your_part: part,
        ...(content === undefined ? {} : { content: parseStrict(content) }),
        ...(reason === undefined ? {} : { reason: new TextDecoder().decode(reason) }),
      }
    },
  )
  decidingRoutes(app, deps)
}

function decidingRoutes(app: App, deps: RestDeps): void {
  const schema = { tags: TAGS, params: idParams, response: answers(changeAnswer) }
  app.post(
    '/api/v1/changes/:id/confirm',
    { schema: { ...schema, body: confirmBody } },
    async (request) => {
      const { person } = doerOf(request)
      const place = { tenant: person.tenant, person, changeId: request.params.id }
      const { seen_digest: seenDigest, assertion } = request.body
      const signed = assertion === undefined ? {} : { assertion: assertionOf(assertion) }
      const { change, result } = await confirmChange(deps, { ...place, seenDigest, ...signed })
      return { change: changeWire(change), ...tokenOf(result) }
    },
  )
  app.post(
    '/api/v1/changes/:id/reject',
    { schema: { ...schema, body: rejectBody } },
    async (request) => {
      const { person } = doerOf(request)
      const place = { tenant: person.tenant, person, changeId: request.params.id }
      return { change: changeWire(await rejectChange(deps, { ...place, ...request.body })) }
    },
  )
  app.post(
    '/api/v1/changes/:id/review',
    { schema: { ...schema, body: reviewBody } },
    async (request) => {
      const { person } = doerOf(request)
      const place = { tenant: person.tenant, person, changeId: request.params.id }
      return { change: changeWire(await reviewChange(deps, { ...place, ...request.body })) }
    },
  )
}

async function governanceOf(deps: RestDeps, tenant: string) {
  const kinds = Object.keys(CHANGE_KINDS) as ChangeKind[]
  const rows = await Promise.all(
    kinds.map(async (kind) => {
      const holders = await secondPeople(deps, tenant, kind, undefined)
      // Two proven holders: then whoever proposes, somebody else can confirm.
      return { kind, governed: holders.length > 1, holders: holders.map(({ id }) => id) }
    }),
  )
  const alone = await deps.governed.list(tenant, 'alone')
  return { kinds: rows, unreviewed: alone.map(changeWire) }
}

/** A token is in nothing but the answer to whoever confirmed. */
function tokenOf(result: unknown): { readonly token?: string } {
  const isMade = typeof result === 'object' && result !== null && 'token' in result
  return isMade && typeof result.token === 'string' ? { token: result.token } : {}
}

function changeWire(change: GovernedChange) {
  const { id, kind, state, digest, decidedBy, decidedAtMs } = change
  return {
    ...{ id, kind, state, digest },
    proposed_by: change.proposedBy,
    created_at_ms: change.createdAtMs,
    due_at_ms: change.dueAtMs,
    ...(decidedBy === undefined ? {} : { decided_by: decidedBy }),
    ...(decidedAtMs === undefined ? {} : { decided_at_ms: decidedAtMs }),
  }
}
