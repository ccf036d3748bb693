/** Who is on duty for which role. */
import type { Command } from 'commander'
import { onDuty, personList, putShiftAnswer } from '../contract/people.ts'
import { role as roleWord } from '../contract/words.ts'
import { Failure } from '../kernel/failure.ts'
import type { Cli } from './context.ts'
import { namesById } from './lookup.ts'
import { personCalled } from './person-commands.ts'
import { showGaps } from './roster-gaps.ts'
import { tableText } from './table.ts'
import { instantFrom } from './time-text.ts'

const WHEN = '"2026-03-04 14:00" in your zone, or RFC 3339'

export function rosterCommands(noun: Command, cli: Cli): void {
  noun
    .command('show')
    .description('who is on duty, now or at an instant')
    .option('--at <instant>', WHEN)
    .action(({ at }: { readonly at?: string }) => show(cli, at))
  noun
    .command('add')
    .description('put a person on duty')
    .requiredOption('--role <role>', roleWord.options.join(', '))
    .requiredOption('--person <person>', 'name, e-mail or id')
    .requiredOption('--from <instant>', WHEN)
    .requiredOption('--to <instant>', WHEN)
    .option('--precedence <number>', '0 is primary, 1 the first backup', '0')
    .action((options: AddOptions) => add(cli, options))
  noun
    .command('gaps')
    .description('where nobody could decide or stop anything; exit 1 when there is a gap')
    .option('--weeks <number>', 'how far to look, 1 to 8', '4')
    .action(({ weeks }: { readonly weeks: string }) => showGaps(cli, weeks))
}

async function show(cli: Cli, at: string | undefined): Promise<void> {
  const gateway = cli.gateway()
  const query = at === undefined ? '' : `?at_ms=${instantOf('--at', at)}`
  const [answer, { people }] = await Promise.all([
    gateway.get(`/api/v1/roster${query}`, onDuty),
    gateway.get('/api/v1/people', personList),
  ])
  const person = namesById(people, ({ name }) => name)
  const rows = answer.shifts.map((shift) => [
    shift.role,
    person(shift.person),
    shift.precedence === 0 ? 'primary' : `backup ${shift.precedence}`,
    cli.when(shift.from_ms),
    cli.when(shift.to_ms),
    shift.source,
  ])
  const heads = ['ROLE', 'PERSON', 'PRECEDENCE', 'FROM', 'TO', 'SOURCE']
  const { stop_holder: holder } = answer
  const stop =
    holder === undefined
      ? 'Nobody on duty could press stop.\n'
      : `Stop is held by ${person(holder.person)} until ${cli.when(holder.until_ms)}.\n`
  cli.show(answer, () => {
    return `${rows.length === 0 ? 'Nobody is on duty.\n' : tableText(heads, rows)}${stop}`
  })
}

type AddOptions = {
  readonly role: string
  readonly person: string
  readonly from: string
  readonly to: string
  readonly precedence: string
}

async function add(cli: Cli, options: AddOptions): Promise<void> {
  const gateway = cli.gateway()
  const { id, name } = await personCalled(gateway, options.person)
  const body = {
    role: options.role,
    person: id,
    from_ms: instantOf('--from', options.from),
    to_ms: instantOf('--to', options.to),
    precedence: Number(options.precedence),
    source: 'cli',
  }
  const answer = await gateway.send('POST', '/api/v1/roster/shifts', body, putShiftAnswer)
  const { from_ms: from, to_ms: to } = answer.shift
  cli.show(answer, () => `${name} is ${options.role} from ${cli.when(from)} to ${cli.when(to)}.\n`)
}

function instantOf(option: string, text: string): number {
  const atMs = instantFrom(text)
  if (atMs === undefined) throw new Failure('usage_invalid', `${option} wants ${WHEN}`)
  return atMs
}
