/** Who is on duty, for what, and where nobody will be. */
import { makeChange } from '../../command/govern-change.ts'
import { dutyAt } from '../../command/read-roster.ts'
import { reportCoverage } from '../../command/report-coverage.ts'
import { onDuty, onDutyQuery, putShiftAnswer, putShiftBody } from '../../contract/people.ts'
import { coverageQuery, coverageReport } from '../../contract/roster.ts'
import type { App } from './app.ts'
import { answers, creates } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { coverageWire, shiftWire, stopHolderWire } from './person-wire.ts'
import { receiptsWire } from './wire.ts'

const TAGS = ['people']

export function rosterRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/roster',
    { schema: { tags: TAGS, querystring: onDutyQuery, response: answers(onDuty) } },
    async (request) => {
      const atMs = request.query.at_ms ?? deps.nowMs()
      const { shifts, holder } = await dutyAt(deps, doerOf(request).person.tenant, atMs)
      return {
        at_ms: atMs,
        shifts: shifts.map(shiftWire),
        ...(holder === undefined ? {} : { stop_holder: stopHolderWire(holder) }),
      }
    },
  )
  app.post(
    '/api/v1/roster/shifts',
    { schema: { tags: TAGS, body: putShiftBody, response: creates(putShiftAnswer) } },
    async (request, reply) => {
      const by = doerOf(request)
      const {
        role,
        person: holder,
        from_ms: fromMs,
        to_ms: toMs,
        precedence,
        source,
      } = request.body
      const made = await makeChange(deps, 'shift.put', {
        tenant: by.person.tenant,
        by,
        role,
        person: holder,
        fromMs,
        toMs,
        source,
        ...(precedence === undefined ? {} : { precedence }),
      })
      return reply
        .code(201)
        .send({ shift: shiftWire(made.shift), receipts: receiptsWire([made.receipt]) })
    },
  )
  app.get(
    '/api/v1/roster/coverage',
    { schema: { tags: TAGS, querystring: coverageQuery, response: answers(coverageReport) } },
    async (request) => {
      const { heldClasses } = deps.policyDesk
      const { tenant } = doerOf(request).person
      return coverageWire(
        await reportCoverage({ ...deps, heldClasses }, tenant, request.query.weeks),
      )
    },
  )
}
