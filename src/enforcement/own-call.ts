/**
 * A call the gateway makes itself or for a person: a probe, a look at a target, an undo. It is decided by a rule
 * of the gateway that its entry names, and from there on it is a call like any other: dispatched durably, sent
 * through its slot, settled. It takes no grant, no budget of the task and no stop: what checks an effect and what
 * takes one back has to work while everything else is halted (DESIGN 9).
 */
import { fingerprintOf } from '../approval/binding.ts'
import type { ClassifiedCall, Tool } from '../catalogue/tool.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Actor, EntryDraft } from '../kernel/entry.ts'
import { act } from './act.ts'
import { type Dispatched, dispatchEntries, leaseOf, slotOf } from './dispatch.ts'
import { baseOf, jsonPayload } from './entries.ts'
import { digested, frameOf } from './frame-of.ts'
import { lend, orTakeBack } from './lend.ts'
import type { CallPlace } from './place.ts'
import type { TaskPlace } from './session.ts'
import type { Acted } from './settle.ts'
import type { Spine } from './spine.ts'

export type OwnCall = {
  readonly session: TaskPlace
  readonly tool: Tool
  readonly call: ClassifiedCall
  readonly actor: Actor
  /** Which rule of the gateway lets it pass: `gateway:<rule>`. */
  readonly rule: string
  /** What has to hold in the commit that sends it, and the entries that say so. Throws to send nothing. */
  readonly guard?: (tx: Tx, place: CallPlace) => Promise<readonly EntryDraft[]>
}

export type OwnDispatch = { readonly place: CallPlace; readonly dispatched: Dispatched }

/** Throws what the guard and the commit port throw; then nothing is sent. */
export async function dispatchOwn(spine: Spine, own: OwnCall): Promise<OwnDispatch> {
  const place = placeOf(spine, own)
  const { call, tool } = own
  const sending = digested(frameOf(tool, call, place.callId))
  const draft = decidedOwn(spine, own, place)
  const check = async () => undefined
  const lent = await lend(spine, { place, call, name: tool.name, draft, check })
  const lease = lent?.lease ?? leaseOf(spine, place, call, place.atMs)
  const decided = lent?.decided ?? draft.id
  const ids = { decided, lease: spine.nextId(), dispatched: spine.nextId(), lent }
  const rests = { attempt: 0, request: undefined, grant: undefined }
  const done = await orTakeBack(spine, place, lent, () =>
    spine.commit(place.session.tenant, async (tx) => {
      const guarded = (await own.guard?.(tx, place)) ?? []
      const acts = await dispatchEntries(spine, tx, place, call, sending, lease, ids, rests)
      const [issued, sent] = acts
      const entries: [EntryDraft, ...EntryDraft[]] =
        lent === undefined ? [draft, ...guarded, ...acts] : [issued, ...guarded, sent]
      return { value: undefined, entries }
    }),
  )
  const dispatchedAtMs = spine.clock.nowMs()
  const dispatched = slotOf(done, ids.dispatched, { ...sending, lease, dispatchedAtMs })
  return { place, dispatched }
}

function decidedOwn(spine: Spine, { call, rule }: OwnCall, place: CallPlace): EntryDraft {
  return {
    ...baseOf(place),
    id: spine.nextId(),
    type: 'tool.call.decided',
    data: {
      ...place.label,
      action: call.action,
      effect: call.effect,
      decision: 'allow',
      enforced: true,
      reason: 'allowed',
      policies: [rule],
      attempt: 0,
    },
    payloads: { arguments: jsonPayload(place.arguments) },
  }
}

/** Sends it. Nobody waits at the other end, so nothing can call it off. */
export function actOwn(spine: Spine, own: OwnCall, sent: OwnDispatch): Promise<Acted> {
  const back = { signal: new AbortController().signal }
  const { place, dispatched } = sent
  return act(spine, { upstream: own.tool.upstream, back }, place, own.call, dispatched)
}

function placeOf(spine: Spine, { session, tool, call, actor }: OwnCall): CallPlace {
  const { upstream, name, definitionDigest, exposedName } = tool
  const args = call.arguments
  const { tenant, task } = session
  const nowMs = spine.clock.nowMs()
  return {
    session,
    callId: spine.nextId(),
    upstream,
    arguments: args,
    cameAtMs: nowMs,
    atMs: nowMs,
    actor,
    label: {
      tool: exposedName,
      definition: definitionDigest,
      fingerprint: fingerprintOf(tenant, task.id, upstream, name, definitionDigest, args),
    },
  }
}

/** A tool of the same upstream by its own name, or of another by its exposed name; as the catalogue names them. */
export async function calleeOf(
  spine: Spine,
  tenant: string,
  upstream: string,
  name: string,
): Promise<Tool | undefined> {
  const own = await spine.tools.byName(tenant, upstream, 'tool', name)
  if (own !== undefined) return own
  const all = await spine.tools.list(tenant)
  return all.find((each) => each.exposedName === name)
}
