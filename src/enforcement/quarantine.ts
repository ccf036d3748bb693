/**
 * Suspends an agent by rule (R18). One that reaches for too many targets is refused and shown to whoever leads; one
 * that goes on after that is in a loop or in somebody else's hands, and waiting for a person costs too much. In the
 * commit of the refusal it loses what it has under way; activating it again is for a person.
 */
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import type { Recipient } from '../kernel/notice.ts'
import { endAuthorityWith } from './end-authority.ts'
import { baseOf } from './entries.ts'
import type { CallPlace } from './place.ts'
import type { Spine } from './spine.ts'

/** Refusals for reaching too far that an agent may cause in an hour; the next one is not a mistake any more. */
const REFUSALS_AN_HOUR = 3
const HOUR_MS = 3_600_000

/** Reads what there is to end; the answer counts the refusal and, when it is one too many, suspends. */
export async function quarantineFor(
  spine: Spine,
  place: CallPlace,
): Promise<(tx: Tx) => Promise<readonly EntryDraft[]>> {
  const { tenant } = place.session
  const { agents, tasks } = spine.facts
  const agent = await agents.byId(tenant, place.session.agent.id)
  const deps = { ...spine, tasks, nowMs: spine.clock.nowMs }
  const bearer = { agent: place.session.agent.id }
  const end = await endAuthorityWith(deps)(tenant, bearer, 'agent-quarantined')
  return async (tx) => {
    if (agent?.state !== 'active') return []
    const atMs = spine.clock.nowMs()
    const key = `fan-out-refused/${agent.id}`
    if (await spine.budgets.take(tx, key, 1, REFUSALS_AN_HOUR, HOUR_MS, atMs)) return []
    // Somebody changed the agent in this moment; the next refusal looks again.
    const seen = { [`agent/${agent.id}`]: agent.revision }
    if ((await spine.facts.revisions.changed(tx, seen)).length > 0) return []
    await agents.put(tx, { ...agent, state: 'suspended' })
    await tell(spine, tx, place, agent.owner)
    const suspended: EntryDraft = {
      ...baseOf(place),
      id: spine.nextId(),
      atMs,
      actor: { kind: 'system', id: 'quarantine' },
      type: 'agent.changed',
      data: { agent: agent.id, state: 'suspended' },
    }
    return [suspended, ...(await end(tx))]
  }
}

async function tell(spine: Spine, tx: Tx, place: CallPlace, owner: string): Promise<void> {
  const to: readonly Recipient[] = [{ role: 'shift-lead' }, { person: owner }]
  for (const each of to) {
    await spine.notices.put(tx, {
      tenant: place.session.tenant,
      id: spine.nextId(),
      kind: 'agent.quarantined',
      urgency: 'page',
      to: each,
      about: { call: place.callId, caseId: place.session.task.caseId },
      atMs: spine.clock.nowMs(),
    })
  }
}
