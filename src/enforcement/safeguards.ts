/**
 * Evidence first: what a call that destroys evidence rests on, how a call becomes a safeguard of others, and what an
 * agent is told when one is missing. Checked before anybody is asked, again before the call runs, and in a plan
 * against the steps before it.
 */
import type { ClassifiedCall } from '../catalogue/tool.ts'
import {
  destroysEvidence,
  SAFEGUARD_MS,
  type SafeguardKind,
  type Safeguards,
  safeguardsBy,
  safeguardsFor,
} from '../evidence/safeguard.ts'
import type { Tx } from '../kernel/commit.ts'
import { type Refusal, refusal } from '../kernel/failure.ts'
import type { Outcome } from './call.ts'
import type { CallPlace } from './place.ts'
import { mayUse, type TaskPlace } from './session.ts'
import type { Spine } from './spine.ts'

/** Undefined for a call that destroys nothing. A call without targets has no safeguard that could be of it. */
export async function safeguardsOf(
  spine: Pick<Spine, 'safeguards'>,
  tenant: string,
  caseId: string,
  call: ClassifiedCall,
  nowMs: number,
): Promise<Safeguards | undefined> {
  if (!destroysEvidence(call)) return undefined
  return safeguardsFor(call.targets, await spine.safeguards.ofCase(tenant, caseId), nowMs)
}

/** A call that preserved evidence or looked at the impact is a safeguard from the commit of its outcome on. */
export async function rememberSafeguards(
  spine: Pick<Spine, 'safeguards'>,
  tx: Tx,
  place: CallPlace,
  call: ClassifiedCall,
  outcome: Outcome,
  nowMs: number,
): Promise<void> {
  if (outcome !== 'applied_verified' && outcome !== 'applied_unverified') return
  const { tenant, task } = place.session
  const common = { tenant, caseId: task.caseId, by: 'call', ref: place.callId } as const
  for (const kind of safeguardsBy(call)) {
    for (const target of call.targets) {
      const times = { atMs: nowMs, untilMs: nowMs + SAFEGUARD_MS }
      await spine.safeguards.put(tx, { ...common, kind, target, ...times })
    }
  }
}

const MISSING = {
  'evidence-preserved': 'its evidence is not preserved',
  'impact-checked': 'nobody looked at what depends on it',
} as const satisfies Readonly<Record<SafeguardKind, string>>

/** Names what is missing and the tools of the task that would supply it. */
export async function missingSafeguards(
  spine: Pick<Spine, 'tools'>,
  session: TaskPlace,
  missing: readonly SafeguardKind[],
): Promise<Refusal> {
  const usable = (await spine.tools.list(session.tenant)).filter(
    ({ status, upstream, name }) => status === 'approved' && mayUse(session, upstream, name),
  )
  const supplying = usable.filter(({ reviewed }) => {
    const supplied = safeguardsBy({ flags: reviewed?.entry.worst.flags ?? [] })
    return supplied.some((kind) => missing.includes(kind))
  })
  const names = supplying.map(({ exposedName }) => exposedName).sort()
  const how = names.length === 0 ? 'no tool of this task supplies it' : `use ${names.join(', ')}`
  const why = missing.map((kind) => MISSING[kind]).join(' and ')
  return refusal('evidence_at_risk', `it would destroy evidence of a target, and ${why}: ${how}`)
}
