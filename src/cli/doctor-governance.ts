/** Whether two people stand behind changes of who may do what (R6). */
import { type CheckResult, failed, ok, warning } from './doctor-check.ts'
import type { Installation } from './installation.ts'

export async function checkGovernance(installation: Installation): Promise<CheckResult> {
  const { unproven, unreviewed } = await installation.governance()
  if (unreviewed > 0) {
    const detail = `${unreviewed} change(s) made alone in an emergency that nobody has reviewed`
    return failed('two people', detail, 'Run countersign change status, then change review.')
  }
  if (unproven.length === 0) return ok('two people', 'no change is made by one person alone')
  const next = 'Enrol a passkey for a second person of the role: docs/guides/two-people.md.'
  return warning('two people', `unproven, one person alone makes: ${unproven.join(', ')}`, next)
}
