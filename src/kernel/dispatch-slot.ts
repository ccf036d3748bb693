/**
 * The right to send one frame to one upstream, once. The store mints a slot for each durable
 * `tool.call.dispatched` entry; the upstream adapters open it. Slots live in a WeakMap of this module, so an
 * object made elsewhere is not one, and there is no other door to an upstream (promise R5).
 *
 * Only store/ may import `mintSlot` and only adapters/ may import `openSlot`; the architecture test says so.
 */
import type { Digest } from './digest.ts'
import { Failure } from './failure.ts'

declare const slot: unique symbol
export type DispatchSlot = { readonly [slot]: true }

/** What the durable entry says will be sent. `frame` is the digest of the exact frame bytes. */
export type SlotContent = {
  readonly tenant: string
  readonly call: string
  readonly upstream: string
  readonly frame: Digest
}

const minted = new WeakMap<DispatchSlot, SlotContent>()

export function mintSlot(content: SlotContent): DispatchSlot {
  const made = Object.freeze({}) as DispatchSlot
  minted.set(made, Object.freeze({ ...content }))
  return made
}

/**
 * Takes the slot for exactly this upstream and frame. Throws `slot_refused` when it is forged, was opened
 * before, or was minted for another upstream or frame; a refused foreign slot stays unused.
 */
export function openSlot(offered: DispatchSlot, upstream: string, frame: Digest): SlotContent {
  const content = minted.get(offered)
  if (content === undefined)
    throw new Failure('slot_refused', 'the slot was not minted here or was used before')
  if (content.upstream !== upstream || content.frame !== frame) {
    throw new Failure(
      'slot_refused',
      `the slot was minted for another ${content.upstream === upstream ? 'frame' : 'upstream'}`,
    )
  }
  minted.delete(offered)
  return content
}
