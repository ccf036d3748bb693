/**
 * In a plan, what preserves evidence comes before what destroys it (R132): each destroying step needs, for each of its
 * targets, what stands in the case already or is a step before it. When the plan runs, the same is asked of what those
 * steps really did.
 */
import { missingSafeguards } from '../enforcement/safeguards.ts'
import type { TaskSession } from '../enforcement/session.ts'
import type { Spine } from '../enforcement/spine.ts'
import {
  destroysEvidence,
  SAFEGUARD_MS,
  type Safeguard,
  safeguardsBy,
  safeguardsFor,
} from '../evidence/safeguard.ts'
import { Failure } from '../kernel/failure.ts'
import type { TriedStep } from './plan-steps.ts'

/** Throws `evidence_at_risk`, naming the first step that would come too early. */
export async function requireSafeguards(
  spine: Pick<Spine, 'safeguards' | 'tools' | 'clock'>,
  session: TaskSession,
  steps: readonly TriedStep[],
): Promise<void> {
  const nowMs = spine.clock.nowMs()
  const standing = [...(await spine.safeguards.ofCase(session.tenant, session.task.caseId))]
  for (const [at, { tried }] of steps.entries()) {
    for (const { call } of tried) {
      if (!destroysEvidence(call)) continue
      const { missing } = safeguardsFor(call.targets, standing, nowMs)
      if (missing.length === 0) continue
      const no = await missingSafeguards(spine, session, missing)
      throw new Failure(no.code, `steps[${at}]: ${no.detail}`)
    }
    standing.push(...tried.flatMap((each) => plannedBy(each, nowMs)))
  }
}

function plannedBy({ place, call }: TriedStep['tried'][number], atMs: number): Safeguard[] {
  const { tenant, task } = place.session
  const common = { tenant, caseId: task.caseId, by: 'call', ref: place.callId, atMs } as const
  return safeguardsBy(call).flatMap((kind) =>
    call.targets.map((target) => ({ ...common, kind, target, untilMs: atMs + SAFEGUARD_MS })),
  )
}
