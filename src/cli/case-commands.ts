/** Cases: what an agent did in them, and the record of it as one file a stranger can verify. */
import type { Command } from 'commander'
import type { z } from 'zod'
import { callList, type call as callSchema, caseList, caseRecord } from '../contract/cases.ts'
import { personList } from '../contract/people.ts'
import { allApprovals } from './all-approvals.ts'
import { type ExportOptions, exportCase } from './case-export.ts'
import { casePutCommand } from './case-put.ts'
import { addCaseVerbs } from './case-verbs.ts'
import type { Cli } from './context.ts'
import { namesById } from './lookup.ts'
import { listText, tableText } from './table.ts'

const WHICH = 'its number in the ticket system, or id'

export function caseCommands(noun: Command, cli: Cli): void {
  casePutCommand(noun, cli)
  addCaseVerbs(noun, cli)
  noun
    .command('list')
    .description('all cases')
    .action(() => list(cli))
  noun
    .command('show')
    .description('one case and the calls made in it')
    .argument('<case>', WHICH)
    .action((ref: string) => show(cli, ref))
  noun
    .command('explain')
    .description('what was decided in a case, by whom and why')
    .argument('<case>', WHICH)
    .action((ref: string) => explain(cli, ref))
  noun
    .command('export')
    .description('everything the ledger holds about a case, as one file')
    .argument('<case>', WHICH)
    .requiredOption('-o, --out <file>', 'where to put it')
    .option('--trust-out <file>', 'also write a trust policy that names the key of this log')
    .action((ref: string, options: ExportOptions) => exportCase(cli, ref, options))
}

async function list(cli: Cli): Promise<void> {
  const answer = await cli.gateway().get('/api/v1/cases', caseList)
  const rows = answer.cases.map((each) => [
    each.external_ref,
    each.state,
    String(each.severity),
    each.title,
    cli.when(each.observed_at_ms),
  ])
  cli.show(answer, () =>
    rows.length === 0
      ? 'No case is known.\n'
      : tableText(['CASE', 'STATE', 'SEVERITY', 'TITLE', 'OBSERVED'], rows),
  )
}

async function show(cli: Cli, ref: string): Promise<void> {
  const { gateway, record, calls } = await fetchCase(cli, ref)
  const { people } = await gateway.get('/api/v1/people', personList)
  const owner =
    record.owner === undefined ? undefined : namesById(people, ({ name }) => name)(record.owner)
  const rows = calls.map((call) => [
    cli.when(call.created_at_ms),
    call.tool,
    call.effect,
    stateText(call),
    call.id,
  ])
  cli.show({ ...record, calls }, () => {
    const head = listText([
      ['case', record.external_ref],
      ['title', record.title],
      ['state', record.state],
      ['severity', String(record.severity)],
      ['tags', record.tags.join(' ') || undefined],
      ['owner', owner],
      ['observed', cli.when(record.observed_at_ms)],
      ['id', record.id],
    ])
    if (rows.length === 0) return `${head}\nNo calls yet.\n`
    return `${head}\n${tableText(['WHEN', 'TOOL', 'EFFECT', 'STATE', 'CALL'], rows)}`
  })
}

type Call = z.output<typeof callSchema>

async function fetchCase(cli: Cli, ref: string) {
  const gateway = cli.gateway()
  const path = `/api/v1/cases/${encodeURIComponent(ref)}`
  const [record, { calls }] = await Promise.all([
    gateway.get(path, caseRecord),
    gateway.get(`${path}/calls`, callList),
  ])
  return { gateway, record, calls: calls.toSorted((a, b) => a.created_at_ms - b.created_at_ms) }
}

/** In the words of the people of a SOC: blocked, pending, done and what came of it. */
function stateText({ state, outcome }: Call): string {
  if (state === 'denied') return 'blocked'
  if (state === 'held') return 'pending approval'
  if (state === 'dispatched') return 'running'
  return outcome ?? 'done'
}

async function explain(cli: Cli, ref: string): Promise<void> {
  const { gateway, record, calls } = await fetchCase(cli, ref)
  const [approvals, { people }] = await Promise.all([
    allApprovals(gateway, `case=${record.id}`),
    gateway.get('/api/v1/people', personList),
  ])
  const person = namesById(people, ({ name }) => name)
  const explained = calls.map((call) => ({
    call,
    ...(call.approval === undefined
      ? {}
      : { approval: approvals.find(({ id }) => id === call.approval) }),
  }))
  const lines = explained.map(({ call, approval }) => {
    const what = `${cli.when(call.created_at_ms)}  ${call.tool} (${call.action}, ${call.effect}): ${stateText(call)}`
    if (approval === undefined) return what
    const needs = approval.needs.map(({ role, strength }) => `${strength} by ${role}`).join(' and ')
    const decided =
      approval.decided_by === undefined
        ? approval.state
        : `${approval.state} by ${person(approval.decided_by)} ${cli.when(approval.decided_at_ms ?? 0)}`
    return `${what}\n    needed ${needs} (${approval.needs.flatMap(({ policies }) => policies).join(', ')}); ${decided}`
  })
  cli.show({ case: record, calls: explained }, () => {
    const title = `${record.external_ref} ${record.title}`
    return `${listText([['case', title]])}${lines.map((line) => `${line}\n`).join('')}`
  })
  cli.tell(`The proof of it: countersign case export ${ref} -o FILE`)
}
