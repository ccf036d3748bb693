/**
 * Permits open, so they are kept narrow: each names the actions it opens, assisting and executing are never
 * opened by one rule, and none names a hard floor in order to get below it. (The floor would hold anyway;
 * the author should learn it here.)
 */
import type { Effect } from '../catalogue/tool.ts'
import { EFFECTS } from '../catalogue/tool.ts'
import type { ActionClass } from './actions.ts'
import { groupsOfEffect, leafOf, UNCLASSIFIED } from './actions.ts'
import { literalsOf, nodesOf } from './expression.ts'
import type { Finding } from './finding.ts'
import { errorIn } from './finding.ts'
import type { PolicyHead } from './policy-head.ts'

/** Values that stand for a hard floor (DESIGN 8). */
const FLOOR_VALUES: readonly string[] = [
  'irreversible',
  'privileged',
  'cloud-credential',
  'availability-critical',
  'break-glass',
  'reduces-visibility',
  'externally-visible',
  'returns-secret',
  'arbitrary-execution',
  'starts-agent',
  'governance-input',
  'touches-containment',
  'regulated-data',
  'destroys-evidence',
  'alters-evidence',
]

const ASKING: readonly string[] = ['==', 'contains', 'containsAll', 'containsAny']

/** Assisting changes nothing outside the case; executing does. */
const ASSIST: readonly Effect[] = ['read', 'annotate', 'influence']

export type Layer = 'assist' | 'execute'

/** Which layers a permit opens. */
export function layersOf(head: PolicyHead, actions: readonly ActionClass[]): readonly Layer[] {
  const effects = EFFECTS.filter((effect) => reaches(head, actions, effect))
  const layers: Layer[] = []
  if (effects.some((effect) => ASSIST.includes(effect))) layers.push('assist')
  if (effects.some((effect) => !ASSIST.includes(effect))) layers.push('execute')
  return layers
}

function reaches(head: PolicyHead, actions: readonly ActionClass[], effect: Effect): boolean {
  const { actions: scope } = head
  if (scope === 'all') return true
  const groups = groupsOfEffect(effect)
  return scope.some(
    (name) =>
      groups.includes(name) ||
      actions.some(
        (one) =>
          one.effect === effect && (one.action === name || leafOf(one.action, effect) === name),
      ),
  )
}

export function lintPermit(head: PolicyHead, actions: readonly ActionClass[]): readonly Finding[] {
  const findings: Finding[] = []
  const error = (code: string, detail: string): void => {
    findings.push(errorIn(head.id, code, detail))
  }
  if (head.actions === 'all') error('permit_too_wide', 'a permit names the actions it opens')
  else {
    if (head.actions.some((name) => name === UNCLASSIFIED || name.startsWith(`${UNCLASSIFIED}/`))) {
      error('permit_lowers_floor', 'what is not classified cannot be permitted')
    }
    if (layersOf(head, actions).length > 1) {
      error('layers_mixed', 'one permit opens assisting or executing actions, not both')
    }
  }
  for (const value of floorValuesOf(head)) {
    error('permit_lowers_floor', `"${value}" is a hard floor; a permit cannot open it`)
  }
  return findings
}

/** Floor values a permit asks for; asking for their absence (`!=`, `!`, `unless`) is narrowing and fine. */
function floorValuesOf(head: PolicyHead): readonly string[] {
  const found = new Set<string>()
  for (const { kind, body } of head.conditions) {
    for (const { operator, operand, isNegated } of nodesOf(body, kind === 'unless')) {
      const isAsked = operator === '!=' ? isNegated : !isNegated && ASKING.includes(operator)
      if (!isAsked) continue
      const sides = typeof operand === 'object' && operand !== null ? Object.values(operand) : []
      for (const value of sides.flatMap(literalsOf)) {
        if (FLOOR_VALUES.includes(value)) found.add(value)
      }
    }
  }
  return [...found]
}
