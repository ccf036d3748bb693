/** Prepares a run without a rule: what its processes read, and the environment that makes them read it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../promises/read-tests.ts'
import { parseModule } from '../syntax/walk.ts'
import { PLAN_VARIABLE, type Plan } from './plan.ts'
import { replaceExport } from './replace.ts'
import type { Sabotage } from './sabotage.ts'

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'preload.ts')).href

export type Prepared = {
  readonly environment: Readonly<Record<string, string>>
  readonly calledFile: string
}

/** Throws when the sabotage does not fit its module or leaves no module. */
export function writePlan(
  sabotage: Sabotage,
  folder: string,
  ids: readonly string[] = [],
): Prepared {
  const modulePath = join(ROOT, sabotage.module)
  const source = replaceExport(readFileSync(modulePath, 'utf8'), sabotage)
  parseModule(sabotage.module, source)
  const calledFile = join(folder, 'called')
  const plan: Plan = { moduleUrl: pathToFileURL(modulePath).href, source, calledFile, ids }
  const planFile = join(folder, 'sabotage.json')
  writeFileSync(planFile, JSON.stringify(plan))
  const environment = {
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${PRELOAD}`.trim(),
    [PLAN_VARIABLE]: planFile,
  }
  return { environment, calledFile }
}
