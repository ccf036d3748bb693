/** One recorded read by the gateway, of something a catalogue entry names. Its result is evidence like any other. */
import { classify, isRefused } from '../catalogue/classify.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { actOwn, calleeOf, dispatchOwn } from './own-call.ts'
import type { TaskPlace } from './session.ts'
import { settle } from './settle.ts'
import type { Spine } from './spine.ts'

export type OwnRead = {
  readonly upstream: string
  readonly tool: string
  readonly arguments: JsonObject
  /** The reader in the ledger, and the rule that lets it: `gateway:<reader>`. */
  readonly reader: 'effect-probe' | 'pre-image'
}

export type WasRead = { readonly result: JsonObject; readonly evidence: string }

/** Undefined when the tool is not a reviewed read, or did not answer. */
export async function ownRead(
  spine: Spine,
  session: TaskPlace,
  read: OwnRead,
): Promise<WasRead | undefined> {
  const tool = await calleeOf(spine, session.tenant, read.upstream, read.tool)
  if (tool === undefined) return undefined
  const call = classify(tool, read.arguments, () => undefined)
  if (isRefused(call) || call.effect !== 'read') return undefined
  const actor = { kind: 'system', id: read.reader } as const
  const own = { session, tool, call, actor, rule: `gateway:${read.reader}` }
  try {
    const sent = await dispatchOwn(spine, own)
    spine.at('probe:dispatched')
    const acted = await actOwn(spine, own, sent)
    spine.at('probe:acted')
    const { evidenceId } = await settle(spine, sent.place, call, sent.dispatched, acted, 'untold')
    if (acted.kind !== 'answer' || acted.answer.isToolError || evidenceId === undefined) {
      return undefined
    }
    return { result: acted.answer.result, evidence: evidenceId }
  } catch {
    // Whatever went wrong is on record or could not be; not having seen is never taken for having seen.
    return undefined
  }
}
