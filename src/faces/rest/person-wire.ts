/** Agents and people on the wire. */
import type { z } from 'zod'
import type { CoverageReport } from '../../command/report-coverage.ts'
import type { agent } from '../../contract/agents.ts'
import type { certificate, person, shift, stopHolder } from '../../contract/people.ts'
import type { coverageReport } from '../../contract/roster.ts'
import type { Agent } from '../../identity/agent.ts'
import type { Certificate, Person } from '../../identity/person.ts'
import type { Span } from '../../roster/coverage.ts'
import type { Shift } from '../../roster/roster.ts'
import type { StopHolder } from '../../roster/stop-holder.ts'

export function agentWire(record: Agent): z.output<typeof agent> {
  const { id, name, subject, owner, mode, state } = record
  return { id, name, subject, owner, mode, state, grants: [...record.grants] }
}

export function personWire(record: Person): z.output<typeof person> {
  const { id, name, email, state } = record
  return { id, name, email, state, roles: [...record.roles] }
}

export function certificateWire(record: Certificate): z.output<typeof certificate> {
  return {
    id: record.id,
    person: record.person,
    action_class: record.actionClass,
    issuer: record.issuer,
    expires_at_ms: record.expiresAtMs,
  }
}

export function coverageWire(report: CoverageReport): z.output<typeof coverageReport> {
  const span = ({ fromMs, toMs }: Span) => ({ from_ms: fromMs, to_ms: toMs })
  return {
    ...span(report),
    gaps: report.gaps.map((gap) => {
      const { action, effect, role, reason } = gap
      return { action, effect, role, reason, ...span(gap) }
    }),
    without_stop_holder: report.withoutStopHolder.map(span),
    unclear: report.unclear.map((tie) => ({
      role: tie.role,
      people: [...tie.people],
      ...span(tie),
    })),
    stale_feeds: [...report.staleFeeds],
  }
}

export function shiftWire(record: Shift): z.output<typeof shift> {
  return {
    id: record.id,
    role: record.role,
    person: record.person,
    from_ms: record.fromMs,
    to_ms: record.toMs,
    precedence: record.precedence,
    source: record.source,
  }
}

export function stopHolderWire(holder: StopHolder): z.output<typeof stopHolder> {
  const { who: person, role, untilMs: until_ms, source, isStale: is_stale } = holder
  return { person, role, until_ms, source, is_stale }
}
