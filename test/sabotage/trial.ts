/** One trial: the tests that guard a rule, run while the rule agrees to everything. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sabotage } from './sabotage.ts'
import type { Outcome, Tester } from './tester.ts'
import { writePlan } from './write-plan.ts'

export type Trial = Outcome & {
  /** Whether the replaced function was called at all, in any process. */
  readonly wasCalled: boolean
}

export type TrialTests = {
  readonly files: readonly string[]
  /** Matches the full names of the tests to run. */
  readonly pattern: string
  /** The promises on trial: it ends when each has a failing test. Without any, everything runs. */
  readonly ids?: readonly string[]
}

/**
 * Runs the tests under the sabotage. Throws when the sabotage does not fit its module or leaves no module: a crash is
 * not a failing test. One that does not load for another reason never says that it was called.
 */
export async function runTrial(
  tester: Tester,
  sabotage: Sabotage,
  { files, pattern, ids }: TrialTests,
): Promise<Trial> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-sabotage-'))
  try {
    const { environment, calledFile } = writePlan(sabotage, folder, ids)
    const outcome = await tester.run(files, pattern, environment)
    return { ...outcome, wasCalled: existsSync(calledFile) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
