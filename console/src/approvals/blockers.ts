/** Why approving is off, in words. Denying never is. Pure. */
import type { Package } from './package.ts'
import { effectRank } from './words.ts'

export type Seen = {
  readonly shown: Package
  /** Whether the digests fit what is shown; undefined while that is being computed. */
  readonly isSound: boolean | undefined
  readonly isLive: boolean
  readonly opened: ReadonlySet<string>
}

/** From here up a yes rests on evidence somebody has opened, where there is any. */
const EVIDENCE_FROM = effectRank('contain')

export function approveBlockers({ shown, isSound, isLive, opened }: Seen): readonly string[] {
  const mustOpen = effectRank(shown.effect) >= EVIDENCE_FROM && shown.evidence.length > 0
  return [
    ...(isLive ? [] : ['The connection is down: what you see may be old.']),
    ...(isSound === false ? ['What is shown is not what the digest would sign.'] : []),
    ...(isSound === undefined ? ['The digest is still being checked.'] : []),
    ...(mustOpen && opened.size === 0 ? ['Open at least one piece of evidence first.'] : []),
  ]
}

/** What has to be typed to approve something that cannot be taken back; undefined when nothing has. */
export function typedValue(shown: Package): string | undefined {
  return shown.reversibility === 'irreversible' ? shown.targets[0]?.id : undefined
}
