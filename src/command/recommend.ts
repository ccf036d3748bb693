/**
 * An agent records advice. It starts nothing: a recommendation is a claim with evidence, owned by a person who
 * accepts, rejects or overrides it (R62, R70). Evidence that is not recorded in this case is refused, so a
 * model cannot invent any (R79).
 */

import type { CaseStore } from '../case/case.ts'
import type { TaskSession } from '../enforcement/session.ts'
import type { EvidenceStore } from '../evidence/evidence.ts'
import type { PersonStore } from '../identity/ports.ts'
import { canonicalBytes } from '../kernel/canonical-json.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Commit } from '../kernel/commit.ts'
import { Failure } from '../kernel/failure.ts'
import { isId, type NextId } from '../kernel/ids.ts'
import { isObject, type JsonObject } from '../kernel/strict-json.ts'

export type RecommendParts = {
  readonly commit: Commit
  readonly clock: Clock
  readonly nextId: NextId
  readonly evidence: EvidenceStore
  readonly cases: CaseStore
  readonly people: PersonStore
}

/** What the agent says: `summary`, `evidence` (ids), optional `proposed_action`, `confidence`, `model`. */
export type Recommended = {
  readonly id: string
  readonly status: 'advisory' | 'proposed'
  readonly owner: string
}

/** An evidence list longer than this is a dump, not an argument. */
const MAX_EVIDENCE = 100

/** Throws `arguments_invalid`, `evidence_unknown` and `recommendation_unowned`. */
export async function recommend(
  parts: RecommendParts,
  session: TaskSession,
  claim: JsonObject,
): Promise<Recommended> {
  const { tenant, task, agent } = session
  const cited = citedEvidence(claim)
  const missing: string[] = []
  for (const id of cited) {
    const known = await parts.evidence.byId(tenant, id)
    if (known?.caseId !== task.caseId) missing.push(id)
  }
  if (missing.length > 0)
    throw new Failure(
      'evidence_unknown',
      `${missing.length} of ${cited.length} cited ids are not evidence of this case`,
    )
  const owner = await ownerOfAdvice(parts, session)
  const status = isObject(claim.proposed_action) && cited.length > 0 ? 'proposed' : 'advisory'
  const [id, entry, atMs] = [parts.nextId(), parts.nextId(), parts.clock.nowMs()]
  await parts.commit(tenant, async (tx) => {
    await parts.evidence.putRecommendation(tx, {
      tenant,
      id,
      caseId: task.caseId,
      task: task.id,
      agent: agent.id,
      status,
      owner,
      evidence: cited,
      entry,
      atMs,
    })
    return {
      value: undefined,
      entries: [
        {
          id: entry,
          type: 'recommendation.made',
          atMs,
          actor: { kind: 'agent', id: agent.id },
          caseId: task.caseId,
          task: task.id,
          data: { recommendation: id, status, evidence: cited, owner },
          payloads: {
            claim: {
              bytes: canonicalBytes(claim),
              mediaType: 'application/json',
              dataClass: 'operational',
            },
          },
        },
      ],
    }
  })
  return { id, status, owner }
}

/**
 * Who answers for what is recommended: whom the case names, else whom the work is for, and only an active person.
 * What the case system calls its owner is often no id of ours; then it is the other. Throws
 * `recommendation_unowned`.
 */
export async function ownerOfAdvice(
  parts: Pick<RecommendParts, 'cases' | 'people'>,
  { tenant, task }: TaskSession,
): Promise<string> {
  const named = (await parts.cases.byId(tenant, task.caseId))?.owner
  for (const id of [named, task.onBehalfOf]) {
    if (id === undefined || !isId(id)) continue
    if ((await parts.people.byId(tenant, id))?.state === 'active') return id
  }
  throw new Failure('recommendation_unowned', 'no active person owns the case or this work')
}

function citedEvidence(claim: JsonObject): readonly string[] {
  const { summary, evidence } = claim
  if (typeof summary !== 'string' || summary.trim() === '') {
    throw new Failure('arguments_invalid', '"summary" must say what is recommended')
  }
  if (
    !Array.isArray(evidence) ||
    evidence.length > MAX_EVIDENCE ||
    !evidence.every((id) => typeof id === 'string')
  ) {
    throw new Failure(
      'arguments_invalid',
      `"evidence" must be a list of at most ${MAX_EVIDENCE} evidence ids`,
    )
  }
  return [...new Set(evidence as readonly string[])]
}
