/** Why approving is off, in words. Denying never is. Pure. */
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

export function approveBlockers({ shown, isSound, isLive, opened, keys }: Seen): readonly string[] {
  const isSerious = effectRank(shown.effect) >= SERIOUS_FROM
  const mustOpen = isSerious && shown.evidence.length > 0 && opened.size === 0
  const key = isSerious ? keys : 'held'
  const found: readonly (readonly [boolean, string])[] = [
    [!isLive, 'The connection is down: what you see may be old.'],
    [isSound === false, 'What is shown is not what the digest would sign.'],
    [isSound === undefined, 'The digest is still being checked.'],
    [key === 'none', 'This needs a passkey, and you have none that somebody vouched for.'],
    [key === 'asking', 'Your passkeys are still being asked for.'],
    [mustOpen, 'Open at least one piece of evidence first.'],
  ]
  return found.filter(([isTrue]) => isTrue).map(([, words]) => words)
}

/** What has to be typed to approve something that cannot be taken back; undefined when nothing has. */
export function typedValue(shown: Package): string | undefined {
  return shown.reversibility === 'irreversible' ? shown.targets[0]?.id : undefined
}
