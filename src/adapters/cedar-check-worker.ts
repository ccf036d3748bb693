/** Runs in a worker thread, so that policy text that stops the engine stops nothing else: a `CheckReport` to each job. */
import { parentPort } from 'node:worker_threads'
import { Failure } from '../kernel/failure.ts'
import { checkAnswers } from '../policy/check.ts'
import { errorIn } from '../policy/finding.ts'
import { heldClasses } from '../policy/held.ts'
import { rolesAsked } from '../policy/roles-asked.ts'
import { runPolicyTests } from '../policy/table-test.ts'
import type { CheckJob, CheckReport } from './cedar-check.ts'
import { engineOfFloor } from './engine-of-floor.ts'

function check({ floor, bundle, cases }: CheckJob): CheckReport {
  const engine = engineOfFloor(floor)
  const { findings } = engine.inspect(bundle)
  if (findings.some((one) => one.severity === 'error')) return { findings, roles: [], held: [] }
  try {
    const loaded = engine.loadBundle(bundle)
    return {
      findings: [...findings, ...checkAnswers(loaded)],
      roles: rolesAsked(bundle.owners, loaded.heads),
      held: heldClasses(loaded),
      tests: runPolicyTests(loaded, cases),
    }
  } catch (error) {
    const detail = error instanceof Failure ? error.message : 'the engine stopped'
    return {
      findings: [...findings, errorIn('bundle', 'does_not_load', detail)],
      roles: [],
      held: [],
    }
  }
}

parentPort?.on('message', (job: CheckJob) => parentPort?.postMessage(check(job)))
