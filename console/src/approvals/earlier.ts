/** How the requests of one case hang together: which came first of an act, and which came after a closed one. Pure. */
import type { ApprovalListed } from '../api/wire.ts'

type Asked = Pick<
  ApprovalListed,
  'id' | 'task' | 'tool' | 'targets' | 'created_at_ms' | 'modified_from' | 'plan'
>

/** The agent's first proposal of this act; undefined when it is the request itself, or nobody knows. */
export function firstProposal(id: string, all: readonly Asked[]): string | undefined {
  const known = new Map(all.map((each) => [each.id, each]))
  const asked = known.get(id)
  if (asked === undefined) return undefined
  const root = rootOf(asked, known)
  const [first = root] = sameAct(root, all)
  return first.id === id ? undefined : first.id
}

/** Back along what people changed: a changed call may act on something else. */
function rootOf(
  one: Asked,
  known: ReadonlyMap<string, Asked>,
  seen: ReadonlySet<string> = new Set(),
): Asked {
  const from = one.modified_from === undefined ? undefined : known.get(one.modified_from)
  if (from === undefined || seen.has(from.id)) return one
  return rootOf(from, known, new Set([...seen, one.id]))
}

/** The request that stands in the place of a closed one. */
export function askedAgain(id: string, all: readonly Asked[]): string | undefined {
  const closed = all.find((each) => each.id === id)
  if (closed === undefined) return undefined
  const changed = all.find((each) => each.modified_from === id)
  if (changed !== undefined) return changed.id
  return sameAct(closed, all).find(({ created_at_ms: at }) => at > createdAt(closed))?.id
}

/** The same tool of the same session on the same things, oldest first. */
function sameAct(one: Asked, all: readonly Asked[]): readonly Asked[] {
  const alike = (each: Asked) =>
    each.task === one.task &&
    each.tool === one.tool &&
    each.plan === undefined &&
    one.plan === undefined &&
    targetsOf(each) === targetsOf(one)
  return all.filter(alike).toSorted((a, b) => createdAt(a) - createdAt(b))
}

function targetsOf({ targets }: Asked): string {
  return JSON.stringify(targets.toSorted())
}

function createdAt({ created_at_ms: at }: Asked): number {
  return at
}
