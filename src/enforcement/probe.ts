/**
 * Step 8: did it really take effect? A tool's own word is not proof, so where the catalogue names a read that
 * shows the effect, the gateway makes that read: as itself, recorded like any call, through a slot of its own.
 */

import { fingerprintOf } from '../approval/binding.ts'
import { evaluateExpression } from '../catalogue/cel.ts'
import { classify, isRefused } from '../catalogue/classify.ts'
import { atLeast, type ClassifiedCall, type Tool } from '../catalogue/tool.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { act } from './act.ts'
import { type Dispatched, dispatchEntries, frameOf, leaseOf, slotOf } from './dispatch.ts'
import { baseOf, jsonPayload } from './entries.ts'
import type { CallIntent } from './intent.ts'
import type { CallPlace } from './place.ts'
import type { Acted, ProbeFinding } from './settle.ts'
import { settle } from './settle.ts'
import type { Spine } from './spine.ts'

/** The probe's own doer in the ledger. */
const PROBER = { kind: 'system', id: 'effect-probe' } as const

/**
 * `verified` or `absent` when the probe could tell, else `untold`. Runs after an answer and after a time-out,
 * because then most of all one wants to know; never for reads and never when nothing was sent.
 */
export async function probe(
  spine: Spine,
  intent: CallIntent,
  call: ClassifiedCall,
  acted: Acted,
): Promise<ProbeFinding> {
  const rule = call.tool.reviewed?.entry.probe
  if (rule === undefined || !atLeast(call.effect, 'annotate') || !mayHaveActed(acted))
    return 'untold'
  const args: Record<string, JsonValue> = {}
  for (const [name, expression] of Object.entries(rule.arguments)) {
    const read = evaluateExpression(expression, { args: call.arguments })
    if (!read.ok) return 'untold'
    args[name] = read.value
  }
  const tool = await probeTool(spine, intent, call, rule.tool)
  if (tool === undefined) return 'untold'
  const result = await readOnce(spine, intent, tool, args).catch(() => undefined)
  if (result === undefined) return 'untold'
  const shown = evaluateExpression(rule.expect, { args: call.arguments, result })
  if (!shown.ok || typeof shown.value !== 'boolean') return 'untold'
  return shown.value ? 'verified' : 'absent'
}

function mayHaveActed(acted: Acted): boolean {
  if (acted.kind === 'answer') return acted.answer.kind === 'complete' && !acted.answer.isToolError
  return acted.kind === 'failure'
}

async function probeTool(
  spine: Spine,
  intent: CallIntent,
  call: ClassifiedCall,
  name: string,
): Promise<Tool | undefined> {
  const own = await spine.tools.byName(intent.session.tenant, call.tool.upstream, 'tool', name)
  if (own !== undefined) return own
  const all = await spine.tools.list(intent.session.tenant)
  return all.find((each) => each.exposedName === name)
}

/** One recorded read by the gateway. Undefined when the tool is not a reviewed read or did not answer. */
async function readOnce(
  spine: Spine,
  intent: CallIntent,
  tool: Tool,
  args: JsonObject,
): Promise<JsonObject | undefined> {
  const call = classify(tool, args, () => undefined)
  if (isRefused(call) || call.effect !== 'read') return undefined
  const { tenant, task } = intent.session
  const nowMs = spine.clock.nowMs()
  const own: CallIntent = {
    ...intent,
    upstream: tool.upstream,
    kind: 'tool',
    name: tool.name,
    arguments: args,
    back: { signal: new AbortController().signal },
  }
  const place: CallPlace = {
    session: intent.session,
    callId: spine.nextId(),
    upstream: tool.upstream,
    arguments: args,
    atMs: nowMs,
    actor: PROBER,
    label: {
      tool: tool.exposedName,
      definition: tool.definitionDigest,
      fingerprint: fingerprintOf(
        tenant,
        task.id,
        tool.upstream,
        tool.name,
        tool.definitionDigest,
        args,
      ),
    },
  }
  const dispatched = await dispatchProbe(spine, place, own, call)
  spine.at('probe:dispatched')
  const acted = await act(spine, own, call, dispatched)
  spine.at('probe:acted')
  await settle(spine, place, call, dispatched, acted, 'untold')
  return acted.kind === 'answer' && !acted.answer.isToolError ? acted.answer.result : undefined
}

async function dispatchProbe(
  spine: Spine,
  place: CallPlace,
  own: CallIntent,
  call: ClassifiedCall,
): Promise<Dispatched> {
  const frame = frameOf(own, call)
  const lease = leaseOf(spine, place, call, place.atMs)
  const ids = { decided: spine.nextId(), lease: spine.nextId(), dispatched: spine.nextId() }
  const decided: EntryDraft = {
    ...baseOf(place),
    id: ids.decided,
    type: 'tool.call.decided',
    data: {
      ...place.label,
      action: call.action,
      effect: 'read',
      decision: 'allow',
      enforced: true,
      reason: 'allowed',
      policies: ['gateway:effect-probe'],
      attempt: 0,
    },
    payloads: { arguments: jsonPayload(place.arguments) },
  }
  const rests = { attempt: 0, request: undefined, grant: undefined }
  const done = await spine.commit(place.session.tenant, async (tx) => {
    const acts = await dispatchEntries(spine, tx, place, call, frame, lease, ids, rests)
    return { value: undefined, entries: [decided, ...acts] }
  })
  return slotOf(done, ids.dispatched, { frame, lease, dispatchedAtMs: place.atMs })
}
