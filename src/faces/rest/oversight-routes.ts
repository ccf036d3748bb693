/** How people decide, in figures. */
import type { z } from 'zod'
import { type OversightReport, readOversight } from '../../command/read-oversight.ts'
import { oversight, oversightQuery } from '../../contract/oversight.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'

export function oversightRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/oversight',
    {
      schema: { tags: ['oversight'], querystring: oversightQuery, response: answers(oversight) },
    },
    async (request) =>
      reportWire(await readOversight(deps, doerOf(request).person, request.query.days)),
  )
}

function reportWire(report: OversightReport): z.output<typeof oversight> {
  const { fromMs, toMs, isWhole, outcomes, latency, quickYeses, recorded } = report
  return {
    from_ms: fromMs,
    to_ms: toMs,
    whole: isWhole,
    outcomes: outcomesWire(outcomes),
    latency: latencyWire(latency),
    quick_yeses: { ...quickYeses },
    days: report.days.map((day) => ({
      ...outcomesWire(day),
      day_ms: day.dayMs,
      ...(day.medianMs === undefined ? {} : { median_ms: day.medianMs }),
    })),
    effects: report.effects.map((each) => ({
      ...outcomesWire(each),
      ...latencyWire(each),
      effect: each.effect,
    })),
    rules: report.rules.map((each) => ({
      ...outcomesWire(each),
      ...latencyWire(each),
      rule: each.rule,
    })),
    people: report.people.map((each) => ({
      person: each.person,
      put: each.put,
      approved: each.approved,
      denied: each.denied,
      quick_yeses: each.quickYeses,
      ...(each.medianMs === undefined ? {} : { median_ms: each.medianMs }),
      shifts: each.shifts,
      put_on_shift: each.putOnShift,
      ...(each.perShift === undefined ? {} : { per_shift: each.perShift }),
      most_in_one_shift: each.mostInOneShift,
    })),
    recommendations: report.recommendations,
    advice: { given: recorded.advice, whole: recorded.isWhole },
    effects_before_review: { count: recorded.effectsBeforeReview, whole: recorded.isWhole },
    reviews: report.reviews,
  }
}

function outcomesWire(each: OversightReport['outcomes']) {
  const { asked, waiting, approved, denied, expired, cancelled } = each
  return {
    ...{ asked, waiting, approved, denied, expired, cancelled },
    expired_unseen: each.expiredUnseen,
    ...(each.denialRate === undefined ? {} : { denial_rate: each.denialRate }),
  }
}

function latencyWire({ decided, medianMs, p90Ms, longestMs }: OversightReport['latency']) {
  return {
    decided,
    ...(medianMs === undefined ? {} : { median_ms: medianMs }),
    ...(p90Ms === undefined ? {} : { p90_ms: p90Ms }),
    ...(longestMs === undefined ? {} : { longest_ms: longestMs }),
  }
}
