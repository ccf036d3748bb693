/** `demo`: a gateway with a practice range. `npm start` is `demo --keep`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import { Failure } from '../kernel/failure.ts'
import type { Cli } from './context.ts'
import { playDemo } from './demo-auto.ts'
import { showDemo } from './demo-manual.ts'

type DemoOptions = {
  readonly auto?: boolean
  readonly keep?: boolean
  readonly keepExport?: string
}

export function demoCommand(noun: Command, cli: Cli): void {
  noun
    .description('a gateway, a practice range and a scripted agent that needs your decision')
    .option(
      '--auto',
      'play every role, check from outside, verify the record; exit 1 if anything is not so',
    )
    .option(
      '--keep',
      'on the usual port, with data that stays: COUNTERSIGN_PORT (7070), COUNTERSIGN_DATA (./data)',
    )
    .option(
      '--keep-export <folder>',
      'with --auto: where the export goes; a new temporary folder unless given',
    )
    .action((options: DemoOptions) => demo(cli, options))
}

async function demo(cli: Cli, { auto, keep, keepExport }: DemoOptions): Promise<void> {
  if (auto === true && keep === true)
    throw new Failure('usage_invalid', '--auto keeps no data; leave out --keep')
  if (auto === true) return playDemo(cli, keepExport)
  if (keep === true) return showDemo(cli, readConfig(), '')
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-demo-'))
  try {
    const config = { ...readConfig({}), dataDir, port: 0, baseUrl: 'http://localhost:0' }
    await showDemo(cli, config, ` --profile ${join(dataDir, 'cli.json')}`)
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}
