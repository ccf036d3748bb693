/** Runs the tests of one trial, inside its worker, as long as they can still show something. */
import { readFileSync } from 'node:fs'
import {
  type RunnerTask,
  type RunnerTestCase,
  type RunnerTestSuite,
  type SerializedConfig,
  TestRunner,
} from 'vitest'
import { idsIn } from '../promises/ids.ts'
import { PLAN_VARIABLE, type Plan } from './plan.ts'
import './quick-imports.ts'

class TrialRunner extends TestRunner {
  private readonly isJudged: boolean
  /** The promises without a failing test so far. A test that cites none of them would show what is known. */
  private readonly unhurt: Set<string>

  constructor(config: SerializedConfig) {
    super(config)
    const { ids } = JSON.parse(readFileSync(String(process.env[PLAN_VARIABLE]), 'utf8')) as Plan
    this.isJudged = ids.length > 0
    this.unhurt = new Set(ids)
  }

  /** A worker runs a file once, so it is loaded as any module is, and with nothing left to show it is not loaded. */
  override importFile(path: string): unknown {
    return this.isJudged && this.unhurt.size === 0 ? undefined : import(path)
  }

  /** A group none of whose tests is needed does not begin either: what it sets up costs more than its tests. */
  override async onBeforeRunSuite(suite: RunnerTestSuite): Promise<void> {
    if (!this.isNeeded(suite)) suite.mode = 'skip'
    await super.onBeforeRunSuite(suite)
  }

  override async onBeforeRunTask(test: RunnerTestCase): Promise<void> {
    if (!this.isNeeded(test)) test.mode = 'skip'
    await super.onBeforeRunTask(test)
  }

  override onAfterRunTask(test: RunnerTask): void {
    if (test.result?.state === 'fail') for (const id of idsIn(test.fullName)) this.unhurt.delete(id)
    super.onAfterRunTask(test)
  }

  private isNeeded(task: RunnerTask): boolean {
    if (!this.isJudged) return true
    if (task.type === 'suite') return task.tasks.some((inner) => this.isNeeded(inner))
    return idsIn(task.fullName).some((id) => this.unhurt.has(id))
  }
}

// biome-ignore lint/style/noDefaultExport: this is how vitest finds a runner
export default TrialRunner
