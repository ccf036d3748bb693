/**
 * `npm run sabotage [-- --all | <name> ...]`: takes away one rule at a time and demands that the tests citing
 * its promises fail. Tries the rows that claim something (`proved`, `partly`); with `--all`, and for a name on
 * the command line, also those that claim nothing yet. Exit code 1 when a sabotage survives.
 */
import { availableParallelism } from 'node:os'
import { sharedStart } from '../harness/first-start.ts'
import { rangeUpstreams } from '../harness/plane.ts'
import { setup } from '../house/run-folder.ts'
import { collectCitations } from '../promises/citations.ts'
import { patternFor } from '../promises/ids.ts'
import { readTestSources } from '../promises/read-tests.ts'
import { REQUIREMENTS, sabotagesOf } from '../requirements.ts'
import { lightestFirst } from './lightest-first.ts'
import { SABOTAGES } from './registry.ts'
import type { Sabotage } from './sabotage.ts'
import { startTester, type Tester } from './tester.ts'
import { runTrial } from './trial.ts'
import { findFlaw } from './verdict.ts'

/** A trial waits for the servers its tests start, so one more than there are cores keeps all of them busy. */
const AT_ONCE = availableParallelism() + 1

type Planned = { readonly sabotage: Sabotage; readonly ids: readonly string[] }

const args = process.argv.slice(2)
const wanted = args.includes('--all') ? SABOTAGES.map(({ name }) => name) : args
const unknown = wanted.find((name) => !SABOTAGES.some((sabotage) => sabotage.name === name))
if (unknown !== undefined) {
  console.error(`There is no sabotage ${unknown}. See test/sabotage/registry.ts.`)
  process.exit(2)
}

const { citations } = collectCitations(readTestSources())
const planned = SABOTAGES.map((sabotage) => ({ sabotage, ids: rowsToTry(sabotage) })).filter(
  ({ sabotage, ids }) => ids.length > 0 || args.includes(sabotage.name),
)
const removeRunFolder = setup()
// Before any rule is taken away, and once: what a trial is about comes after the first start.
for (const upstreamsIn of [rangeUpstreams, () => []]) await sharedStart(upstreamsIn)
const survivors: string[] = []
const queue = planned.values()
await Promise.all(Array.from({ length: AT_ONCE }, work))
await removeRunFolder()
console.log(`${planned.length - survivors.length} of ${planned.length} sabotages caught`)
process.exitCode = survivors.length === 0 ? 0 : 1

async function work(): Promise<void> {
  const tester = await startTester()
  for (const { sabotage, ids } of queue) {
    const flaw = await findFlawOf(tester, { sabotage, ids })
    const verdict = flaw === undefined ? 'caught  ' : 'SURVIVED'
    console.log(`${verdict} ${sabotage.name} [${ids.join(' ')}]${flaw ? `\n  ${flaw}` : ''}`)
    if (flaw !== undefined) survivors.push(sabotage.name)
  }
  await tester.close()
}

function rowsToTry({ name }: Sabotage): readonly string[] {
  const rows = REQUIREMENTS.filter((row) => sabotagesOf(row).includes(name))
  const isWanted = wanted.includes(name)
  if (wanted.length > 0 && !isWanted) return []
  return rows.filter((row) => isWanted || row.state !== 'open').map((row) => row.id)
}

/** All rows of one sabotage in one run. */
async function findFlawOf(tester: Tester, { sabotage, ids }: Planned): Promise<string | undefined> {
  const citing = citations.filter((citation) => ids.includes(citation.id))
  const files = lightestFirst(new Set(citing.map((citation) => citation.file)), sabotage.first)
  if (files.length === 0) return 'no test cites a row that names it'
  try {
    const tests = { files, pattern: patternFor(ids), ids }
    return findFlaw(ids, await runTrial(tester, sabotage, tests))
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
