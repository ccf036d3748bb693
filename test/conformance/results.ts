/** Reads what the conformance suite wrote, and says whether every scenario that counts was clean. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export type ScenarioResult = {
  readonly scenario: string
  readonly isScored: boolean
  readonly passed: number
  readonly failures: readonly string[]
  readonly warnings: readonly string[]
}

type Check = { readonly id: string; readonly status: string; readonly errorMessage?: string }

/** `server-<scenario>-<timestamp>/checks.json` for each scenario that ran. */
export async function readResults(
  directory: string,
  scored: readonly string[],
): Promise<readonly ScenarioResult[]> {
  const folders = await readdir(directory)
  const results = await Promise.all(
    folders.map(async (folder) => {
      const scenario = folder.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\dZ-]+$/, '')
      const checks: readonly Check[] = JSON.parse(
        await readFile(join(directory, folder, 'checks.json'), 'utf8'),
      )
      return summary(scenario, scored.includes(scenario), checks)
    }),
  )
  return results.sort((a, b) => (a.scenario < b.scenario ? -1 : 1))
}

function summary(scenario: string, isScored: boolean, checks: readonly Check[]): ScenarioResult {
  const withStatus = (status: string) =>
    checks
      .filter((check) => check.status === status)
      .map((check) => `${check.id}: ${check.errorMessage ?? status}`)
  return {
    scenario,
    isScored,
    passed: checks.filter(({ status }) => status === 'SUCCESS').length,
    failures: withStatus('FAILURE'),
    warnings: withStatus('WARNING'),
  }
}

/** What is wrong with a run: scenarios that never ran, and any failure or warning in one that counts. */
export function complaints(
  results: readonly ScenarioResult[],
  scored: readonly string[],
): readonly string[] {
  const ran = new Set(results.map(({ scenario }) => scenario))
  return [
    ...scored
      .filter((scenario) => !ran.has(scenario))
      .map((scenario) => `${scenario}: did not run`),
    ...results
      .filter(({ isScored }) => isScored)
      .flatMap(({ scenario, passed, failures, warnings }) => [
        ...failures.map((failure) => `${scenario}: FAILURE ${failure}`),
        ...warnings.map((warning) => `${scenario}: WARNING ${warning}`),
        ...(passed === 0 ? [`${scenario}: no check succeeded`] : []),
      ]),
  ]
}
