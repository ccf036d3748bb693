/** Why approving is off, in words. Denying never is. Pure. */
import { leavesOf } from './leaves.ts'
import type { Package } from './package.ts'
import { effectRank } from './words.ts'

/** Whether the person has a passkey that somebody vouched for. */
export type KeyState = 'held' | 'none' | 'asking'

export type Seen = {
  readonly shown: Package
  /** Whether the digests fit what is shown; undefined while that is being computed. */
  readonly isSound: boolean | undefined
  readonly isLive: boolean
  readonly opened: ReadonlySet<string>
  readonly keys: KeyState
}

/** From here up a yes rests on evidence somebody has opened, where there is any, and is countersigned. */
const SERIOUS_FROM = effectRank('contain')

export function needsPasskey({ effect }: Package): boolean {
  return effectRank(effect) >= SERIOUS_FROM
}

export function approveBlockers(seen: Seen): readonly string[] {
  const { shown, isSound, isLive, keys } = seen
  const key = needsPasskey(shown) ? keys : 'held'
  const toOpen = unopened(seen)
  const found: readonly (readonly [boolean, string])[] = [
    [!isLive, 'The connection is down: what you see may be old.'],
    [isSound === false, 'What is shown is not what the digest would sign.'],
    [isSound === undefined, 'The digest is still being checked.'],
    [key === 'none', 'This needs a passkey, and you have none that somebody vouched for.'],
    [key === 'asking', 'Your passkeys are still being asked for.'],
    [toOpen !== undefined, toOpen ?? ''],
  ]
  return found.filter(([isTrue]) => isTrue).map(([, words]) => words)
}

/** What has to be typed to approve something that cannot be taken back. */
export type ToType = {
  readonly value: string
  /** The number of the evidence that holds it, where it is to be read; absent where no recorded result does. */
  readonly evidence?: number
}

/** Undefined when nothing has to be typed. What a recorded result holds is read there, not copied from the question. */
export function typedValue(shown: Package): ToType | undefined {
  const value = shown.targets[0]?.id
  if (shown.reversibility !== 'irreversible' || value === undefined) return undefined
  const paths = leavesOf(shown.arguments).filter((leaf) => leaf.value === value)
  const at = shown.evidence.findIndex(({ supports }) =>
    paths.some(({ path }) => supports.includes(path)),
  )
  return at < 0 ? { value } : { value, evidence: at + 1 }
}

/** The evidence that has to be opened and was not, in words. */
function unopened({ shown, opened }: Pick<Seen, 'shown' | 'opened'>): string | undefined {
  const named = typedValue(shown)?.evidence
  const holder = named === undefined ? undefined : shown.evidence[named - 1]
  if (holder !== undefined && !opened.has(holder.id))
    return `Open evidence ${named}: it holds what you have to type.`
  const isAny = shown.evidence.some(({ id }) => opened.has(id))
  if (effectRank(shown.effect) < SERIOUS_FROM || shown.evidence.length === 0 || isAny)
    return undefined
  return 'Open at least one piece of evidence first.'
}
