/** A rota kept elsewhere, as the operator writes it in the configuration file. */
import { z } from 'zod'
import { role } from './words.ts'

const id = z
  .string()
  .regex(/^[a-z0-9-]{1,20}$/)
  .describe('Its name here; its shifts carry the source `feed:<id>`.')
const url = z.url({ protocol: /^https?$/ })

/** 0 is primary. One below the most a shift may have, for the backup an event may name. */
const precedence = z.int().min(0).max(8).default(0)

const eventRule = z.strictObject({
  contains: z.string().min(1).describe("What an event's summary holds, in any case."),
  role: role.describe('The role of whoever attends it.'),
  precedence: precedence.describe('0 is primary, 1 the first backup.'),
})

const ical = z
  .strictObject({
    id,
    kind: z.literal('ical'),
    url: url.optional().describe('Where the feed is; or `file`.'),
    file: z.string().optional().describe('The feed as a file that something else keeps fresh.'),
    bearer_file: z
      .string()
      .optional()
      .describe('File with the token sent as `Authorization: Bearer`.'),
    zone: z
      .string()
      .refine(isZone, 'not a time zone of the IANA database')
      .optional()
      .describe('IANA zone of floating times and whole days; without it such events are refused.'),
    role: role
      .optional()
      .describe('The role of events that `events` does not name; without it they are left alone.'),
    events: z
      .array(eventRule)
      .default([])
      .describe('Which events are part of the rota. The first that fits counts.'),
  })
  .refine((given) => (given.url === undefined) !== (given.file === undefined), 'needs url or file')
  .refine((given) => given.role !== undefined || given.events.length > 0, 'needs role or events')

const pagerdutyRoles = z.record(z.string().regex(/^[A-Z0-9]{1,20}$/), role).default({})

const pagerduty = z
  .strictObject({
    id,
    kind: z.literal('pagerduty'),
    url: url.default('https://api.pagerduty.com').describe('Where its REST API answers.'),
    token_file: z.string().describe('File with a read-only API token.'),
    schedules: pagerdutyRoles.describe('Schedule id to the role of whoever it puts on call.'),
    escalation_policies: pagerdutyRoles.describe('The same for escalation policies.'),
  })
  .refine(
    (given) => Object.keys({ ...given.schedules, ...given.escalation_policies }).length > 0,
    'needs schedules or escalation_policies',
  )

export const rosterFile = z.discriminatedUnion('kind', [ical, pagerduty])

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
