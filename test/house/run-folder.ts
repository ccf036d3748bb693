/** A folder for one run of tests, so that its worker processes can share what is made once; gone after the run. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Leaves alone the folder of a run around this one, which outlives it. */
export function setup(): () => void {
  if (process.env.COUNTERSIGN_TEST_RUN_FOLDER !== undefined) return () => {}
  const folder = mkdtempSync(join(tmpdir(), 'countersign-tests-'))
  process.env.COUNTERSIGN_TEST_RUN_FOLDER = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
