/**
 * Asked of every bundle right after it was loaded: a retired agent must be denied by the floor, and by nothing
 * else than a clean decision. A bundle that cannot say that much does not decide anything.
 */
import type { PolicyEngine } from '../policy/ports.ts'
import { SAMPLE_REQUEST } from '../policy/sample-request.ts'

const EXPECTED = 'floor-agent-not-active'

/** Why the bundle may not decide, or undefined. */
export function bundleCanaryProblem(engine: PolicyEngine): string | undefined {
  const { agent } = SAMPLE_REQUEST
  const verdict = engine.evaluate({ ...SAMPLE_REQUEST, agent: { ...agent, state: 'retired' } }, [])
  if (verdict.kind === 'error') return `the canary could not be evaluated: ${verdict.detail}`
  const isDenied = verdict.kind === 'deny' && verdict.policyIds.includes(EXPECTED)
  return isDenied ? undefined : 'the canary was not denied: a retired agent could act'
}
