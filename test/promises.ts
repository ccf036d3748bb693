/** `npm run promises`: how far each promise is kept, by area. `-- --json` prints one JSON array instead. */
import { collectCitations } from './promises/citations.ts'
import { readTestSources } from './promises/read-tests.ts'
import { AREAS, REQUIREMENTS, type State } from './requirements.ts'

const { citations } = collectCitations(readTestSources())

const rows = REQUIREMENTS.map((row) => ({
  ...row,
  tests: citations
    .filter((citation) => citation.id === row.id)
    .map((citation) => `${citation.file} > ${citation.title}`),
}))

if (process.argv.includes('--json')) {
  const table = rows.map(({ id, area, state, tests }) => ({ id, area, state, tests }))
  console.log(JSON.stringify(table, null, 2))
} else {
  for (const [area, name] of Object.entries(AREAS)) printArea(area, name)
  console.log(`${'all'.padEnd(16)}${counts(rows)}`)
}

function printArea(area: string, name: string): void {
  const ofArea = rows.filter((row) => row.area === area)
  console.log(`${name.padEnd(16)}${counts(ofArea)}`)
  for (const row of ofArea) {
    const tests = `${row.tests.length} ${row.tests.length === 1 ? 'test' : 'tests'}`
    console.log(
      `  ${row.id.padEnd(6)}${row.state.padEnd(8)}${tests.padEnd(10)}${shortened(row.promise)}`,
    )
  }
  console.log()
}

function counts(of: readonly { readonly state: State }[]): string {
  const count = (state: State) => of.filter((row) => row.state === state).length
  return `${count('proved')} proved, ${count('partly')} partly, ${count('open')} open, of ${of.length}`
}

/** 100 columns in all, of which 26 stand before the text. */
function shortened(promise: string): string {
  return promise.length <= 74 ? promise : `${promise.slice(0, 73)}…`
}
