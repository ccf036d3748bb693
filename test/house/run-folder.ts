/** A folder for one run of tests, so that its worker processes can share what is made once; gone after the run. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dropDatabasesOf } from './run-databases.ts'

/** Leaves alone the folder of a run around this one, which outlives it. */
export function setup(): () => Promise<void> {
  if (process.env.COUNTERSIGN_TEST_RUN_FOLDER !== undefined) return async () => {}
  const folder = mkdtempSync(join(tmpdir(), 'countersign-tests-'))
  process.env.COUNTERSIGN_TEST_RUN_FOLDER = folder
  return async () => {
    rmSync(folder, { recursive: true, force: true })
    await dropDatabasesOf(folder)
  }
}
