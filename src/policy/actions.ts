/**
 * How an action is called inside the policy. One action name (`contain:device`) can have several effects,
 * depending on the tool and its arguments, so what is decided is the *leaf* `contain:device/contain`. A leaf
 * is a member of its action name, of its effect, and of every `<effect>-and-above` group its effect reaches.
 * Policies name whichever they mean: `action in Action::"contain:device"`, `Action::"contain"`,
 * `Action::"write-and-above"`.
 */
import type { Classifiable } from '../catalogue/classification.ts'
import { classesOf } from '../catalogue/classification.ts'
import type { Effect } from '../catalogue/tool.ts'
import { EFFECTS } from '../catalogue/tool.ts'
import { VERBS } from '../catalogue/words.ts'

export type ActionClass = { readonly action: string; readonly effect: Effect }

/** What a call is decided as when its action has no proper name. The floor forbids it. */
export const UNCLASSIFIED = 'unclassified'

/** Actions the shipped packs speak about; declared in every bundle, whatever tools are connected. */
export const BUILT_IN_ACTIONS: readonly ActionClass[] = [
  { action: 'dispose:alert', effect: 'influence' },
  { action: 'close:case', effect: 'influence' },
  { action: 'close:incident', effect: 'write' },
  { action: 'contain:device', effect: 'contain' },
  { action: 'stop:account', effect: 'identity' },
  { action: 'delete:file', effect: 'destructive' },
  { action: 'query:case', effect: 'read' },
  { action: 'annotate:case', effect: 'annotate' },
]

const TARGET_KIND = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/

/** Whether a text is one of our verbs, a colon and a target kind; anything else is `unclassified`. */
export function isActionName(text: string): boolean {
  const colon = text.indexOf(':')
  const verb = text.slice(0, Math.max(colon, 0))
  return (VERBS as readonly string[]).includes(verb) && TARGET_KIND.test(text.slice(colon + 1))
}

/** Every (action, effect) a reviewed tool's calls can be classified as, declared hints and triggers included. */
export function actionsOfReview(reviewed: Classifiable): readonly ActionClass[] {
  return classesOf(reviewed).map(({ verb, target, effect }) => ({
    action: `${verb}:${target.kind}`,
    effect,
  }))
}

export function leafOf(action: string, effect: Effect): string {
  return `${action}/${effect}`
}

/** Groups named `<effect>-and-above`. `read-and-above` would be everything and `destructive-and-above` one. */
export const AND_ABOVE: readonly string[] = EFFECTS.slice(1, -1).map(
  (effect) => `${effect}-and-above`,
)

/** Groups an effect belongs to, the narrowest first, its own name included. */
export function groupsOfEffect(effect: Effect): readonly string[] {
  const reached = EFFECTS.slice(1, EFFECTS.indexOf(effect) + 1).filter(
    (one) => one !== 'destructive',
  )
  return [effect, ...reached.toReversed().map((one) => `${one}-and-above`)]
}

/** Everything a policy may name to reach this leaf. */
export function ancestorsOf(action: string, effect: Effect): readonly string[] {
  return [leafOf(action, effect), action, ...groupsOfEffect(effect)]
}

/**
 * The actions a bundle's policies may name: sorted, without duplicates, the built-in ones and one
 * `unclassified` leaf per effect included. A misspelt action is an error because it is not among them.
 */
export function completeActions(actions: readonly ActionClass[]): readonly ActionClass[] {
  const unclassified = EFFECTS.map((effect) => ({ action: UNCLASSIFIED, effect }))
  const byLeaf = new Map<string, ActionClass>()
  for (const { action, effect } of [...BUILT_IN_ACTIONS, ...unclassified, ...actions]) {
    byLeaf.set(leafOf(action, effect), { action, effect })
  }
  return [...byLeaf.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}
