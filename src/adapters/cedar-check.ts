/**
 * Checks a candidate bundle in a worker thread: everything `policy check` and publishing need to know. Policy text that
 * stops the engine, or never ends, stops that thread and nothing else.
 */
import { Worker } from 'node:worker_threads'
import type { Role } from '../identity/person.ts'
import type { Bundle, PolicyTexts } from '../policy/bundle.ts'
import type { Finding } from '../policy/finding.ts'
import { errorIn } from '../policy/finding.ts'
import type { HeldClass } from '../policy/held.ts'
import type { PolicyTestCase, PolicyTestReport } from '../policy/table-test.ts'

export type CheckJob = {
  readonly floor: PolicyTexts
  readonly bundle: Bundle
  readonly cases: readonly PolicyTestCase[]
}

export type CheckReport = {
  /** A bundle with any finding of severity error may not be published. */
  readonly findings: readonly Finding[]
  /** Every role the bundle can ask for; each must be held by somebody. Empty when the bundle does not load. */
  readonly roles: readonly Role[]
  /** What it holds for people, and for whom. Empty when the bundle does not load. */
  readonly held: readonly HeldClass[]
  /** Absent when the bundle does not load. */
  readonly tests?: PolicyTestReport
}

/** 2,000 policies, the most a bundle may have, take about 20 s on one busy core. */
const CHECK_TIMEOUT_MS = 60_000
/** The engine and 2,000 policies stay below 300 MB; what it remembers of earlier checks has the rest. */
const MAX_HEAP_MB = 512
/** Whoever writes policy checks again after the next change. */
const KEPT_MS = 60_000
/** What a worker remembers grows with each bundle; after so many it has cost more than a new one. */
const MOST_CHECKS = 64

type Checker = { readonly worker: Worker; readonly checks: number }
type Answer = CheckReport | { readonly stopped: string }

/**
 * The worker that answered last, for the whole process: a new one takes a second of CPU before it answers anything,
 * and this one remembers what the policies answered that the next bundle has in common with the last.
 */
let kept: (Checker & { readonly release: () => void }) | undefined

/** Never rejects: a worker that dies or does not end is a finding (`engine_stopped`, `check_timeout`). */
export async function checkBundle(
  job: CheckJob,
  timeoutMs: number = CHECK_TIMEOUT_MS,
): Promise<CheckReport> {
  const before = takeKept()
  const first = before === undefined ? undefined : await ask(before, job, timeoutMs)
  if (first !== undefined && !('stopped' in first)) return first
  // What stopped a worker that had checked other bundles may have been those.
  const report = await ask({ worker: startWorker(), checks: 0 }, job, timeoutMs)
  return 'stopped' in report ? failed('engine_stopped', report.stopped) : report
}

function ask({ worker, checks }: Checker, job: CheckJob, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (answer: Answer): void => {
      clearTimeout(timer)
      unhear()
      resolve(answer)
    }
    const end = (answer: Answer): void => {
      settle(answer)
      void worker.terminate()
    }
    const timer = setTimeout(
      () => end(failed('check_timeout', `no answer in ${timeoutMs} ms`)),
      timeoutMs,
    )
    const unhear = hear(worker, {
      message: (report) => {
        settle(report)
        keep({ worker, checks: checks + 1 })
      },
      error: (error) => end({ stopped: error.name }),
      exit: (code) => end({ stopped: `the worker ended with ${code}` }),
    })
    worker.postMessage(job)
  })
}

type Heard = {
  readonly message?: (report: CheckReport) => void
  readonly error: (error: Error) => void
  readonly exit: (code: number) => void
}

/** Answers how to stop listening. One by one, because a worker listens to itself, too. */
function hear(worker: Worker, heard: Heard): () => void {
  const listeners = Object.entries(heard)
  for (const [name, listener] of listeners) worker.on(name, listener)
  return () => {
    for (const [name, listener] of listeners) worker.off(name, listener)
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./cedar-check-worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  })
}

/** Nobody else has it meanwhile: a check that is asked for beside another one gets a worker of its own. */
function takeKept(): Checker | undefined {
  const checker = kept
  checker?.release()
  checker?.worker.ref()
  return checker
}

/** Keeps no process alive, and not itself for long. */
function keep(checker: Checker): void {
  const { worker, checks } = checker
  if (kept !== undefined || checks >= MOST_CHECKS) return void worker.terminate()
  const end = setTimeout(() => {
    release()
    void worker.terminate()
  }, KEPT_MS)
  end.unref()
  worker.unref()
  const release = () => {
    kept = undefined
    clearTimeout(end)
    unhear()
  }
  const unhear = hear(worker, { error: release, exit: release })
  kept = { ...checker, release }
}

function failed(code: string, detail: string): CheckReport {
  return { findings: [errorIn('bundle', code, detail)], roles: [], held: [] }
}
