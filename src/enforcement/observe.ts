/**
 * Whether a call did more than was decided about: it changed what its entry says stays as it is (R53), or touched
 * more than its targets. Then the tool is re-classed and suspended, people are told at once, and what can be taken
 * back is.
 */
import { evaluateExpression } from '../catalogue/cel.ts'
import { raiseToObserved } from '../catalogue/review.ts'
import { atLeast, type ClassifiedCall, type Effect } from '../catalogue/tool.ts'
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import type { Recipient } from '../kernel/notice.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { baseOf } from './entries.ts'
import { FOLLOW_UP_AFTER_MS } from './follow-up.ts'
import { ownRead } from './own-read.ts'
import type { CallPlace } from './place.ts'
import type { Imaged } from './preimage.ts'
import type { Acted } from './settle.ts'
import type { Spine } from './spine.ts'

export type Excess =
  | { readonly kind: 'state_change'; readonly observed: Effect }
  | { readonly kind: 'more_targets'; readonly count: number }

/** What was seen beyond the decision; undefined when nothing was, or nothing could be. */
export async function observe(
  spine: Spine,
  place: CallPlace,
  imaged: Imaged,
  acted: Acted,
): Promise<Excess | undefined> {
  if (acted.kind !== 'answer' || acted.answer.isToolError) return undefined
  const { call } = imaged
  const count = countBeyond(call, acted.answer.result)
  if (count !== undefined) return { kind: 'more_targets', count }
  if (await staysAsItWas(spine, place, imaged)) return undefined
  return { kind: 'state_change', observed: 'write' }
}

/** How many targets the tool says it touched, when that is more or others than were decided about. */
function countBeyond(call: ClassifiedCall, result: JsonObject): number | undefined {
  const rule = call.tool.reviewed?.entry.affected
  if (rule === undefined) return undefined
  const read = evaluateExpression(rule, { args: call.toolArguments, result })
  if (!read.ok) return undefined
  const decided = new Set(call.targets.map(({ id }) => id.toLowerCase()))
  if (typeof read.value === 'number') return read.value > decided.size ? read.value : undefined
  const touched = namesIn(read.value)
  return touched.some((id) => !decided.has(id)) ? touched.length : undefined
}

function namesIn(value: JsonValue): readonly string[] {
  const all = Array.isArray(value) ? value : [value]
  return all.flatMap((each) => (typeof each === 'string' ? [each.toLowerCase()] : []))
}

async function staysAsItWas(
  spine: Spine,
  { session }: CallPlace,
  { call, before }: Imaged,
): Promise<boolean> {
  const rule = call.tool.reviewed?.entry.unchanged
  if (rule === undefined || before === undefined || call.preimage === undefined) return true
  if (atLeast(call.effect, 'write')) return true
  const { upstream } = call.tool
  const read = await ownRead(spine, session, { ...call.preimage, upstream, reader: 'effect-probe' })
  if (read === undefined) return true
  const kept = evaluateExpression(rule, {
    args: call.toolArguments,
    before,
    result: read.result,
  })
  return !kept.ok || kept.value !== false
}

/** The entries of an excess, in the commit of the outcome: neither the alarm nor taking it back is lost after it. */
export async function tellExcess(
  spine: Spine,
  tx: Tx,
  place: CallPlace,
  call: ClassifiedCall,
  excess: Excess,
): Promise<readonly EntryDraft[]> {
  const { tool } = call
  const nowMs = spine.clock.nowMs()
  const told = {
    ...baseOf(place),
    atMs: nowMs,
    actor: { kind: 'system', id: 'effect-watch' } as const,
  }
  const beyond =
    excess.kind === 'more_targets'
      ? { targets: excess.count, approved: call.targets.length }
      : { observed: excess.observed }
  const entries: EntryDraft[] = [
    {
      ...told,
      id: spine.nextId(),
      type: 'effect.exceeded',
      data: { tool: tool.exposedName, what: excess.kind, ...beyond },
    },
  ]
  if (excess.kind === 'state_change' && (await isCurrent(spine, tx, call))) {
    const raised = raiseToObserved(tool, excess.observed)
    await spine.tools.put(tx, raised)
    entries.push({
      ...told,
      id: spine.nextId(),
      type: 'tool.reviewed',
      data: {
        tool: tool.exposedName,
        definition: tool.definitionDigest,
        verdict: 'observed-effect',
      },
    })
  }
  if (call.inverse !== undefined) {
    const { tenant } = place.session
    const dueAtMs = nowMs + FOLLOW_UP_AFTER_MS
    await spine.followUps.put(tx, { tenant, call: place.callId, kind: 'compensate', dueAtMs })
  }
  await tellPeople(spine, tx, place, nowMs)
  return entries
}

/** A person who reviewed the tool in this very moment knows more than the call does. */
async function isCurrent(spine: Spine, tx: Tx, { tool }: ClassifiedCall): Promise<boolean> {
  const key = `tool/${tool.upstream}/${tool.kind}/${tool.name}`
  const changed = await spine.facts.revisions.changed(tx, { [key]: tool.revision })
  return changed.length === 0
}

/** Who leads, who answers for the agent, who answers for tools. */
async function tellPeople(spine: Spine, tx: Tx, place: CallPlace, atMs: number): Promise<void> {
  const { tenant, agent, task } = place.session
  const to: readonly Recipient[] = [
    { role: 'shift-lead' },
    { role: 'platform-engineer' },
    { person: agent.owner },
  ]
  for (const each of to) {
    await spine.notices.put(tx, {
      tenant,
      id: spine.nextId(),
      kind: 'effect.exceeded',
      urgency: 'page',
      to: each,
      about: { call: place.callId, caseId: task.caseId },
      atMs,
    })
  }
}
