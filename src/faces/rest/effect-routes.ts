/** Taking back what a call did, and the board of what is contained now. */
import type { Containment } from '../../command/containments.ts'
import type { UndoShown } from '../../command/undo-call.ts'
import {
  containmentList,
  extendAnswer,
  extendBody,
  undoAnswer,
  undoBody,
  undoShown,
} from '../../contract/effects.ts'
import { idParams } from '../../contract/words.ts'
import { Failure } from '../../kernel/failure.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { receiptsWire } from './wire.ts'

const TAGS = ['effects']

export function effectRoutes(app: App, deps: RestDeps): void {
  undoRoutes(app, deps)
  containmentRoutes(app, deps)
}

function undoRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/calls/:id/undo',
    { schema: { tags: TAGS, params: idParams, response: answers(undoShown) } },
    async (request) => {
      const { person } = doerOf(request)
      return undoWire(await deps.undos.show(person.tenant, person, request.params.id))
    },
  )
  app.post(
    '/api/v1/calls/:id/undo',
    { schema: { tags: TAGS, params: idParams, body: undoBody, response: answers(undoAnswer) } },
    async (request) => {
      const { person } = doerOf(request)
      const { seen_digest: seenDigest, reason } = request.body
      const end = await deps.undos.undo({
        tenant: person.tenant,
        person,
        callId: request.params.id,
        seenDigest,
        reason,
      })
      if (end.kind === 'already') return { kind: end.kind }
      if (end.kind === 'failed') {
        throw new Failure('undo_failed', `the undo ${end.call} ended as ${end.outcome}`)
      }
      return { kind: end.kind, undo_call: end.call, outcome: end.outcome }
    },
  )
}

function containmentRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/containments',
    { schema: { tags: TAGS, response: answers(containmentList) } },
    async (request) => {
      const all = await deps.containments.list(doerOf(request).person.tenant)
      return { containments: all.map(containmentWire) }
    },
  )
  app.post(
    '/api/v1/containments/:id/extend',
    { schema: { tags: TAGS, params: idParams, body: extendBody, response: answers(extendAnswer) } },
    async (request) => {
      const { person } = doerOf(request)
      const { minutes, reason } = request.body
      const input = { tenant: person.tenant, person, callId: request.params.id, minutes, reason }
      const { record, receipts } = await deps.containments.extend(input)
      return { ends_at_ms: record.endsAtMs ?? 0, receipts: receiptsWire(receipts) }
    },
  )
}

function undoWire(shown: UndoShown) {
  const { record, inverse, mayLift } = shown
  return {
    call: record.call,
    tool: record.tool,
    action: record.action,
    state: record.state,
    targets: [...shown.targets],
    undo: { upstream: inverse.upstream, tool: inverse.tool, arguments: inverse.arguments },
    digest: shown.statement,
    may_lift: mayLift.may,
    by: mayLift.may ? mayLift.by : undefined,
    failing: mayLift.may ? undefined : mayLift.failing,
  }
}

function containmentWire({ record, targets, isOverdue }: Containment) {
  return {
    call: record.call,
    case: record.caseId,
    agent: record.agent,
    tool: record.tool,
    action: record.action,
    targets: [...targets],
    state: record.state,
    ends_at_ms: record.endsAtMs ?? 0,
    at_end: record.atEnd ?? 'hold',
    overdue: isOverdue,
    can_undo: record.hasInverse,
  }
}
