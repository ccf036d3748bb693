import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { complaints, readResults } from './results.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-results-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SCORED = ['ping', 'server-initialize', 'tools-list', 'caching']

function wrote(scenario: string, ...statuses: readonly string[]): void {
  const at = join(folder, `server-${scenario}-2026-11-21T03-25-03-196Z`)
  mkdirSync(at)
  const checks = statuses.map((status, id) => ({ id: `check-${id}`, status, errorMessage: 'why' }))
  writeFileSync(join(at, 'checks.json'), JSON.stringify(checks))
}

describe('the conformance gate', () => {
  it('is shut by a failure, a warning, a scenario that never ran, and one that checked nothing', async () => {
    wrote('ping', 'SUCCESS', 'INFO')
    wrote('server-initialize', 'SUCCESS', 'WARNING')
    wrote('tools-list', 'SKIPPED')
    wrote('tasks-lifecycle', 'FAILURE')
    const results = await readResults(folder, SCORED)
    expect(results.map(({ scenario, isScored }) => [scenario, isScored])).toEqual([
      ['ping', true],
      ['server-initialize', true],
      ['tasks-lifecycle', false],
      ['tools-list', true],
    ])
    expect(complaints(results, SCORED)).toEqual([
      'caching: did not run',
      'server-initialize: WARNING check-1: why',
      'tools-list: no check succeeded',
    ])
    wrote('caching', 'SUCCESS', 'FAILURE')
    const again = await readResults(folder, SCORED)
    expect(complaints(again, SCORED)).toContain('caching: FAILURE check-1: why')
  })
})
