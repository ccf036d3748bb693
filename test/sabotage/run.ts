/**
 * `npm run sabotage [-- <name> ...]`: takes away one rule at a time and demands that the tests citing its
 * promises fail. Only rows that are `proved` are tried; exit code 1 when a sabotage survives.
 */
import { collectCitations, patternFor } from '../promises/citations.ts'
import { readTestSources } from '../promises/read-tests.ts'
import { REQUIREMENTS } from '../requirements.ts'
import { SABOTAGES, type Sabotage } from './registry.ts'
import { runTrial } from './trial.ts'
import { findFlaw } from './verdict.ts'

const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !SABOTAGES.some((sabotage) => sabotage.name === name))
if (unknown !== undefined) {
  console.error(`There is no sabotage ${unknown}. See test/sabotage/registry.ts.`)
  process.exit(2)
}

const { citations } = collectCitations(readTestSources())
const chosen = SABOTAGES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
let survivors = 0
let tried = 0
for (const sabotage of chosen) {
  const ids = rowsNaming(sabotage)
  if (ids.length === 0) continue
  tried++
  const flaw = await tryIt(sabotage, ids)
  console.log(`${flaw === undefined ? 'caught  ' : 'SURVIVED'} ${sabotage.name} [${ids.join(' ')}]`)
  if (flaw !== undefined) {
    survivors++
    console.log(`  ${flaw}`)
  }
}
console.log(`${tried - survivors} of ${tried} sabotages caught`)
process.exitCode = survivors === 0 ? 0 : 1

function rowsNaming(sabotage: Sabotage): readonly string[] {
  return REQUIREMENTS.filter((row) => row.state === 'proved' && row.sabotage === sabotage.name).map(
    (row) => row.id,
  )
}

/** All rows of one sabotage in one run. */
async function tryIt(sabotage: Sabotage, ids: readonly string[]): Promise<string | undefined> {
  const citing = citations.filter((citation) => ids.includes(citation.id))
  const files = [...new Set(citing.map((citation) => citation.file))]
  if (files.length === 0) return 'no test cites the row'
  try {
    return findFlaw(ids, await runTrial(sabotage, files, patternFor(ids)))
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
