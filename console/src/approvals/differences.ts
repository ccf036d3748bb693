/** What differs between two requests for the same kind of act, in the words of the decision view. Pure. */
import type { Approval } from '../api/wire.ts'
import { leafName, leavesOf } from './leaves.ts'
import type { Package } from './package.ts'
import { plainWords } from './words.ts'

export type Difference = {
  readonly name: string
  /** Undefined where it was not there. */
  readonly before: string | undefined
  readonly after: string | undefined
}

type Side = {
  readonly request: Pick<Approval, 'needs'>
  readonly shown: Pick<Package, 'arguments' | 'reasons'>
}

export function differences(before: Side, after: Side): readonly Difference[] {
  const [then, now] = [factsOf(before), factsOf(after)]
  return [...new Set([...then.keys(), ...now.keys()])]
    .map((name) => ({ name, before: then.get(name), after: now.get(name) }))
    .filter((each) => each.before !== each.after)
}

function factsOf({ request, shown }: Side): ReadonlyMap<string, string> {
  return new Map([
    ...leavesOf(shown.arguments).map(
      ({ path, value }) => [leafName(path), JSON.stringify(value)] as const,
    ),
    ['Asked of', request.needs.map(needText).sort().join(', ')],
    [
      'Stopped by',
      shown.reasons
        .map(({ policy }) => policy)
        .sort()
        .join(', '),
    ],
  ])
}

function needText({ role, strength }: Approval['needs'][number]): string {
  return `${plainWords(role)} (${strength})`
}
