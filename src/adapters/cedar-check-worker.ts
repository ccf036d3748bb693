/** Runs in a worker thread, so that policy text that stops the engine stops nothing else: a `CheckReport` to each job. */
import { parentPort } from 'node:worker_threads'
import { canonicalText } from '../kernel/canonical-json.ts'
import { Failure } from '../kernel/failure.ts'
import { checkAnswers } from '../policy/check.ts'
import { errorIn } from '../policy/finding.ts'
import { heldClasses } from '../policy/held.ts'
import { rolesAsked } from '../policy/roles-asked.ts'
import { runPolicyTests } from '../policy/table-test.ts'
import type { CheckJob, CheckReport } from './cedar-check.ts'
import { type CedarEngine, createCedarEngine } from './cedar-engine.ts'

/** Of the floor that was asked for last, which changes with the product alone. */
let last: { readonly floor: string; readonly engine: CedarEngine } | undefined

function engineFor(floor: CheckJob['floor']): CedarEngine {
  const text = canonicalText(floor)
  if (last?.floor !== text) last = { floor: text, engine: createCedarEngine(floor) }
  return last.engine
}

function check({ floor, bundle, cases }: CheckJob): CheckReport {
  const engine = engineFor(floor)
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
