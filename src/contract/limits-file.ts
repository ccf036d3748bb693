/** How old facts may be, how much an agent may do, and how long a question stands, as the configuration says it. */
import { z } from 'zod'

/** A day is the longest anybody can be expected to still know what they were asked. */
const DAY_MINUTES = 24 * 60

export const limits = z.strictObject({
  case_max_age_minutes: z
    .number()
    .positive()
    .default(240)
    .describe(
      'Older facts about a case count as unknown. Half a shift: a feed that is silent so long no longer says what is open.',
    ),
  asset_max_age_minutes: z
    .number()
    .positive()
    .default(2880)
    .describe(
      'Older facts about an asset count as unknown. Inventories are refreshed nightly; two missed nights are too many.',
    ),
  roster_max_age_minutes: z
    .number()
    .min(120)
    .default(240)
    .describe(
      'A rota that could not be read for longer is no longer known. Half a shift: longer, and whoever is paged may have gone home. At least two hours, because a rota that reads as before is put on record once an hour.',
    ),
  calls_per_task_and_hour: z
    .int()
    .positive()
    .default(1000)
    .describe(
      'Calls of one task in an hour. Sixteen a minute; a busy triage agent makes a tenth of that.',
    ),
  requests_per_agent_and_second: z
    .int()
    .positive()
    .default(50)
    .describe(
      'Requests of one agent to /mcp in a second, on each node; twenty seconds of it at once after a pause. Lists and refused calls count as well.',
    ),
  writes_per_task: z
    .int()
    .positive()
    .default(50)
    .describe(
      'Calls of effect `write` and above in one task. Beyond this an incident needs a plan, not single calls.',
    ),
  fan_out_minutes: z
    .number()
    .positive()
    .default(60)
    .describe('The window in which distinct targets of calls from `write` up are counted.'),
  fan_out_per_task: z
    .int()
    .positive()
    .default(10)
    .describe('Distinct targets of one kind for one task. A wider act is a plan.'),
  fan_out_per_agent: z
    .int()
    .positive()
    .default(25)
    .describe('The same over all tasks of one agent.'),
  fan_out_per_tenant: z
    .int()
    .positive()
    .default(100)
    .describe('The same over all agents; a stolen key does not get further.'),
  open_requests_per_agent: z
    .int()
    .positive()
    .default(10)
    .describe(
      'Requests of one agent that wait for people at once. What one person can read at 3 a.m.',
    ),
  new_requests_per_agent: z
    .int()
    .positive()
    .default(30)
    .describe(
      'New requests of one agent in five minutes. Faster than that nobody reads them; the agent is told to slow down.',
    ),
  request_minutes: z
    .number()
    .positive()
    .max(DAY_MINUTES)
    .default(15)
    .describe(
      'How long a request waits before it expires. Long enough to wake somebody, short enough that the facts still hold.',
    ),
  denial_memory_minutes: z
    .number()
    .min(0)
    .default(15)
    .describe(
      'How long after a no the same call, and the same effect on the same target, is refused without asking anybody.',
    ),
})
