/** Many people, roles, certificates or assets from one CSV file. */
import { readFileSync } from 'node:fs'
import { Argument, type Command } from 'commander'
import type { z } from 'zod'
import { importAnswer, importKind } from '../contract/imports.ts'
import { Failure } from '../kernel/failure.ts'
import { visible } from '../kernel/visible-text.ts'
import type { Cli } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { tableText } from './table.ts'

type Options = { readonly dryRun?: boolean }

export function importCommand(noun: Command, cli: Cli): void {
  noun
    .description('people, roles, certificates or assets from a CSV file; all of it or nothing')
    .usage('people|roles|certificates|assets FILE [--dry-run]')
    .addArgument(new Argument('<what>').choices(importKind.options))
    .argument('<file>', 'CSV with a heading: docs/guides/import.md')
    .option('--dry-run', 'say what would change, and change nothing')
    .action((what: string, file: string, options: Options) => run(cli, what, file, options))
}

async function run(cli: Cli, what: string, file: string, { dryRun = false }: Options) {
  const body = { csv: read(file), dry_run: dryRun }
  const answer = await cli.gateway().send('POST', `/api/v1/imports/${what}`, body, importAnswer)
  if (answer.faulty > 0) cli.finish(EXIT.failed)
  cli.show(answer, () => (answer.faulty > 0 ? faultsText(answer) : changesText(answer)))
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Failure('usage_invalid', `${file} cannot be read`, { cause })
  }
}

type Answer = z.output<typeof importAnswer>

function faultsText({ faults, faulty }: Answer): string {
  const rows = faults.map(({ line, column = '', problem, next }) => [
    String(line),
    visible(column),
    visible(problem),
    next,
  ])
  return `${tableText(['LINE', 'COLUMN', 'PROBLEM', 'NEXT'], rows)}${faulty} fault(s); nothing was changed.\n`
}

function changesText({ applied, counts, rows }: Answer): string {
  const told = rows.map(({ line, change, what }) => [String(line), change, visible(what)])
  const list = told.length === 0 ? '' : tableText(['LINE', 'CHANGE', 'WHAT'], told)
  const verb = applied ? 'Imported' : 'Would import'
  return `${list}${verb}: ${counts.new} new, ${counts.changed} changed, ${counts.unchanged} unchanged.\n`
}
