/** Judges a trial. Pure: a sabotage counts as caught only when the tests it should hurt were really hurt. */
import { idsIn } from '../promises/ids.ts'
import type { Trial } from './trial.ts'

/**
 * Why the trial does not count, or undefined when it does: the replaced rule was called, the run failed, and
 * of every row in `ids` at least one citing test ran and failed.
 */
export function findFlaw(ids: readonly string[], trial: Trial): string | undefined {
  const ran = trial.failed.length + trial.passed.length
  if (ran === 0) return `no test ran\n${trial.output}`
  if (!trial.wasCalled) return `${ran} tests ran and none called the replaced rule`
  const hurt = new Set(trial.failed.flatMap(idsIn))
  const unhurt = ids.filter((id) => !hurt.has(id))
  if (unhurt.length > 0) return `survived: no test citing ${unhurt.join(', ')} failed`
  return trial.hasFailed ? undefined : 'the run succeeded although tests failed'
}
