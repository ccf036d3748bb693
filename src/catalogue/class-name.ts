/** What a certificate or a delegation may be for: an effect, or one action. */
import { EFFECTS } from './tool.ts'
import { VERBS } from './words.ts'

const ACTION = /^([a-z-]+):[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/

export function isEffectOrAction(text: string): boolean {
  const verb = ACTION.exec(text)?.[1]
  return (
    (EFFECTS as readonly string[]).includes(text) ||
    (VERBS as readonly string[]).includes(verb ?? '')
  )
}
