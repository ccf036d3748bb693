/** The reader of a rota kept elsewhere, by its kind. */
import type { Clock } from '../kernel/clock.ts'
import type { RosterSource } from '../roster/ports.ts'
import { createIcalRoster } from './ical-roster.ts'
import { createPagerdutyRoster } from './pagerduty-roster.ts'
import type { RosterSpec } from './roster-spec.ts'

export function createRoster(spec: RosterSpec, clock: Clock): RosterSource {
  return spec.kind === 'ical'
    ? createIcalRoster(spec, { clock })
    : createPagerdutyRoster(spec, { clock })
}
