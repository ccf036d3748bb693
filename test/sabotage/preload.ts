/**
 * Loaded by `node --import` before anything else, in every process a sabotaged test run starts: vitest, its
 * workers, and the servers the tests spawn. Serves one module with its replaced source. Without the
 * environment variable it does nothing, and nothing outside test/ knows it.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { CALLED, PLAN_VARIABLE, type Plan } from './plan.ts'

const planFile = process.env[PLAN_VARIABLE]

if (planFile !== undefined) {
  const plan = JSON.parse(readFileSync(planFile, 'utf8')) as Plan
  let toldAlready = false
  Reflect.set(globalThis, Symbol.for(CALLED), () => {
    if (toldAlready) return
    toldAlready = true
    appendFileSync(plan.calledFile, `${process.pid}\n`)
  })
  registerHooks({
    load(url, context, nextLoad) {
      if (url.split('?')[0] !== plan.moduleUrl) return nextLoad(url, context)
      return { format: 'module-typescript', source: plan.source, shortCircuit: true }
    },
  })
}
