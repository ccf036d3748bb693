/** `roster gaps`: where, in the weeks ahead, nobody could decide or stop anything. */
import type { z } from 'zod'
import { personList } from '../contract/people.ts'
import { coverageReport } from '../contract/roster.ts'
import type { Cli } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { namesById } from './lookup.ts'
import { tableText } from './table.ts'

type Report = z.output<typeof coverageReport>

const WHY: Readonly<Record<Report['gaps'][number]['reason'], string>> = {
  nobody_on_duty: 'nobody is on duty',
  suspended: 'who is on duty is suspended',
  role_not_held: 'who is on duty does not hold the role',
  not_certified: 'who is on duty is not certified',
  same_person: 'one person holds two roles that need two',
}

export async function showGaps(cli: Cli, weeks: string): Promise<void> {
  const gateway = cli.gateway()
  const path = `/api/v1/roster/coverage?weeks=${encodeURIComponent(weeks)}`
  const [report, { people }] = await Promise.all([
    gateway.get(path, coverageReport),
    gateway.get('/api/v1/people', personList),
  ])
  const person = namesById(people, ({ name }) => name)
  const rows = rowsOf(cli, report, person)
  if (rows.length > 0) cli.finish(EXIT.failed)
  const stale = report.stale_feeds.map((feed) => `${feed} cannot be read: this may be old.\n`)
  const heads = ['FROM', 'TO', 'ROLE', 'WHY', 'CLASSES']
  cli.show(report, () => {
    const text = rows.length === 0 ? 'Everything is covered.\n' : tableText(heads, rows)
    return `${text}${stale.join('')}`
  })
}

/** One row per span, role and reason, however many classes it leaves open. */
function rowsOf(cli: Cli, report: Report, person: (id: string) => string): string[][] {
  const when = (span: { readonly from_ms: number; readonly to_ms: number }) => [
    cli.when(span.from_ms),
    cli.when(span.to_ms),
  ]
  const alike = Map.groupBy(report.gaps, ({ from_ms: from, to_ms: to, role, reason }) =>
    [from, to, role, reason].join('|'),
  )
  const gaps = [...alike.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const classes = [...new Set(group.map(({ action }) => action))].join(' ')
    return [{ atMs: first.from_ms, row: [...when(first), first.role, WHY[first.reason], classes] }]
  })
  const stops = report.without_stop_holder.map((span) => ({
    atMs: span.from_ms,
    row: [...when(span), 'anybody', 'nobody could press stop', ''],
  }))
  const ties = report.unclear.map((tie) => ({
    atMs: tie.from_ms,
    row: [...when(tie), tie.role, `equal precedence: ${tie.people.map(person).join(', ')}`, ''],
  }))
  const all = [...gaps, ...stops, ...ties].toSorted((a, b) => a.atMs - b.atMs)
  return all.map(({ row }) => row)
}
