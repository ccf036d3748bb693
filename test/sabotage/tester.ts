/**
 * A vitest that stays for many trials. Starting one costs as much as the tests of a trial do, and what a trial needs
 * for itself is the process its tests run in.
 */
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { createVitest, type Reporter, type TestModule, type TestSpecification } from 'vitest/node'
import { SHORT_LIVED } from '../house/short-lived.ts'
import { ROOT } from '../promises/read-tests.ts'

const RUNNER = join(import.meta.dirname, 'trial-runner.ts')

export type Outcome = {
  /** Full names of the tests that ran. */
  readonly failed: readonly string[]
  readonly passed: readonly string[]
  /** What vitest says of the whole run. */
  readonly hasFailed: boolean
  /** What the run printed, for a reader who must find out why. */
  readonly output: string
}

export type Tester = {
  /** Runs the tests of `files`, in this order, whose full name matches `pattern`, all in one new process. */
  readonly run: (
    files: readonly string[],
    pattern: string,
    environment: Readonly<Record<string, string>>,
  ) => Promise<Outcome>
  readonly close: () => Promise<void>
}

/** Vitest would begin with the longest file. */
class AsGiven {
  sort = (files: TestSpecification[]): TestSpecification[] => files
  shard = this.sort
}

export async function startTester(config = 'vitest.config.ts'): Promise<Tester> {
  let outcome = nothingYet()
  const reporter: Reporter = {
    onTestCaseResult: (test) => {
      const { state } = test.result()
      if (state === 'failed' || state === 'passed') outcome[state].push(test.fullName)
    },
    onTestRunEnd: (modules, unhandled, reason) => {
      outcome.hasFailed = reason !== 'passed'
      const errors = [...unhandled, ...modules.flatMap(errorsOf)]
      outcome.output += errors.map(({ stack, message }) => `${stack ?? message}\n`).join('')
    },
  }
  const sink = new Writable({
    write: (chunk, _, done) => {
      outcome.output += chunk
      done()
    },
  })
  const vitest = await createVitest(
    {
      root: ROOT,
      config,
      watch: false,
      // One worker: it loads the gateway once, and what one file has shown no other file has to show again.
      maxWorkers: 1,
      execArgv: [...SHORT_LIVED],
      runner: RUNNER,
      // A file that is not needed any more is not loaded, and then has no tests; the verdict demands that some ran.
      passWithNoTests: true,
      reporters: [reporter],
      sequence: { sequencer: AsGiven },
      env: {},
    },
    {},
    { stdout: sink, stderr: sink },
  )
  return {
    run: async (files, pattern, environment) => {
      outcome = nothingYet()
      Object.assign(vitest.config.env, environment)
      const options = { testNamePattern: new RegExp(pattern) }
      const project = vitest.getRootProject()
      await vitest.runTestSpecifications(
        files.map((file) => project.createSpecification(join(ROOT, file), options)),
      )
      return outcome
    },
    close: () => vitest.close(),
  }
}

function nothingYet() {
  return { failed: [] as string[], passed: [] as string[], hasFailed: false, output: '' }
}

/** A file that does not load, or whose groups cannot begin. */
function errorsOf(module: TestModule) {
  return [module, ...module.children.allSuites()].flatMap((part) => part.errors())
}
