/** What every command stands on: the commit, the clock, ids, the guard against concurrent change, and a doer. */
import type { RevisionStore } from '../facts/ports.ts'
import type { Person } from '../identity/person.ts'
import { canonicalBytes } from '../kernel/canonical-json.ts'
import type { Commit, Committed, Work } from '../kernel/commit.ts'
import type { Actor, DataClass, EntryDraft, EventName, Payload } from '../kernel/entry.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import type { NextId } from '../kernel/ids.ts'

export type CommandBase = {
  readonly commit: Commit
  readonly revisions: RevisionStore
  readonly nowMs: () => number
  readonly nextId: NextId
}

/** Who runs a command: a person through a face, or a part of the gateway (first start, a feed, a timer). */
export type Doer =
  | {
      readonly kind: 'person'
      readonly person: Person
      /** They showed an API token, not a session of the console. */
      readonly isByToken?: boolean
      /** What they want where a second person is needed (govern-change.ts). */
      readonly way?: { readonly kind: 'propose' | 'emergency'; readonly reason: string }
    }
  | { readonly kind: 'system'; readonly part: string }

export function actorOf(by: Doer): Actor {
  return by.kind === 'person'
    ? { kind: 'person', id: by.person.id }
    : { kind: 'system', id: by.part }
}

/** The parts of a draft a command chooses itself. */
export type EntryContent = Omit<EntryDraft, 'id' | 'type' | 'atMs' | 'actor'>

/** A draft with the next id and the present instant. */
export function draft(
  base: Pick<CommandBase, 'nextId' | 'nowMs'>,
  type: EventName,
  actor: Actor,
  content: EntryContent,
): EntryDraft {
  return { id: base.nextId(), type, atMs: base.nowMs(), actor, ...content }
}

/** A JSON value as a payload: canonical bytes, stored apart and encrypted, committed in the entry. */
export function jsonPayload(value: unknown, dataClass: DataClass): Payload {
  return { bytes: canonicalBytes(value), mediaType: 'application/json', dataClass }
}

/** Three tries, as the spine has (DESIGN 3): a fact that changes three times in a row will change again. */
const MAX_ATTEMPTS = 3

/**
 * Commits work that rests on rows read before the transaction. `prepare` reads them and gives the work; the
 * transaction compares the revisions of `keys` again, so a concurrent change is never overwritten or missed.
 * Throws `facts_changed` after three tries, and whatever `prepare` and the work throw.
 */
export async function commitUnchanged<T>(
  base: Pick<CommandBase, 'commit' | 'revisions'>,
  tenant: string,
  keys: readonly string[],
  prepare: () => Promise<Work<T>>,
): Promise<Committed<T>> {
  for (let attempt = 1; ; attempt++) {
    const seen = await base.revisions.read(tenant, keys)
    const work = await prepare()
    try {
      return await base.commit(tenant, async (tx) => {
        const changed = await base.revisions.changed(tx, seen)
        if (changed.length > 0) {
          throw new Failure('facts_changed', `changed meanwhile: ${changed.join(', ')}`)
        }
        return work(tx)
      })
    } catch (error) {
      if (codeOf(error) !== 'facts_changed' || attempt === MAX_ATTEMPTS) throw error
    }
  }
}
