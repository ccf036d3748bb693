/** Checks a candidate bundle in a disposable worker: everything `policy check` and publishing need to know. */
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
/** The engine and 2,000 policies stay below 300 MB. */
const MAX_HEAP_MB = 512

/** Never rejects: a worker that dies or does not end is a finding (`engine_stopped`, `check_timeout`). */
export function checkBundle(
  job: CheckJob,
  timeoutMs: number = CHECK_TIMEOUT_MS,
): Promise<CheckReport> {
  const worker = new Worker(new URL('./cedar-check-worker.ts', import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  })
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => end(failed('check_timeout', `no answer in ${timeoutMs} ms`)),
      timeoutMs,
    )
    const end = (report: CheckReport): void => {
      clearTimeout(timer)
      worker.removeAllListeners()
      resolve(report)
      void worker.terminate()
    }
    worker.once('message', (report: CheckReport) => end(report))
    worker.once('error', (error) => end(failed('engine_stopped', error.name)))
    worker.once('exit', (code) => end(failed('engine_stopped', `the worker ended with ${code}`)))
  })
}

function failed(code: string, detail: string): CheckReport {
  return { findings: [errorIn('bundle', code, detail)], roles: [], held: [] }
}
