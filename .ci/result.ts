/**
 * The end of a run: each failed test by name and with the first line of why, for whoever reads only the end of a long
 * log, and last `N passed, N failed`. Arguments: failed stages, those of them that are tests, reports of vitest.
 */
import { existsSync, readFileSync } from 'node:fs'

type Test = { status: string; fullName: string; failureMessages: string[] }
type File = { name: string; status: string; message: string; assertionResults: Test[] }
type Report = { numPassedTests: number; numFailedTests: number; testResults: File[] }

const [stages = '0', tests = '0', ...paths] = process.argv.slice(2)
const reports: Report[] = paths
  .filter((path) => existsSync(path))
  .map((path) => JSON.parse(readFileSync(path, 'utf8')))

for (const { name, status, message, assertionResults } of reports.flatMap(
  (one) => one.testResults,
)) {
  const failed = assertionResults.filter((test) => test.status === 'failed')
  for (const { fullName, failureMessages } of failed) tell(name, fullName, failureMessages[0])
  if (status === 'failed' && failed.length === 0) tell(name, 'the file did not load', message)
}

const passed = reports.reduce((sum, { numPassedTests }) => sum + numPassedTests, 0)
const failedTests = reports.reduce((sum, { numFailedTests }) => sum + numFailedTests, 0)
// A run can fail without a failing test, when a file does not load; the stage then counts instead.
const others = failedTests > 0 ? Number(stages) - Number(tests) : Number(stages)
process.stdout.write(`${passed} passed, ${failedTests + others} failed\n`)

function tell(path: string, what: string, why = ''): void {
  process.stdout.write(`FAILED ${path.split('/test/').at(-1)}: ${what}\n  ${why.split('\n')[0]}\n`)
}
