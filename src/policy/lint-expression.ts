/** Rules for conditions: total, flat, spelt right, and blind to approvals other than their own. */
import { FLAGS } from '../catalogue/words.ts'
import { AGENT_MODES, AGENT_STATES } from '../identity/agent.ts'
import type { JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import { PURPOSES } from '../task/task.ts'
import type { ExpressionNode } from './expression.ts'
import { attributeOf, literalsOf, nodesOf } from './expression.ts'
import type { Finding } from './finding.ts'
import { errorIn } from './finding.ts'
import { isStrength } from './obligations.ts'
import type { Condition, PolicyHead } from './policy-head.ts'

/** Attributes with a closed set of values: a misspelt value would never match, and a forbid never apply. */
const VOCABULARY: Readonly<Record<string, readonly string[]>> = {
  'principal.mode': AGENT_MODES,
  'principal.state': AGENT_STATES,
  'resource.environment': ['production', 'staging', 'lab', 'unknown'],
  'context.purpose': PURPOSES,
  'context.direction': ['raises', 'lowers', 'none'],
  'context.reversibility': ['reversible', 'time-limited', 'compensable', 'irreversible'],
  'context.flags': FLAGS,
}

/** Everything else either cannot be evaluated for sure or reaches outside the flat slice. */
const OPERATORS = new Set([
  'Value',
  'Var',
  'Set',
  '.',
  '!',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '&&',
  '||',
  'in',
  'is',
  'like',
  'contains',
  'containsAll',
  'containsAny',
  'isEmpty',
  'if-then-else',
  'datetime',
  'duration',
  'toTime',
  'toDate',
])

const PAIRS = new Set(['==', '!=', 'contains', 'containsAll', 'containsAny'])

export function lintExpressions(head: PolicyHead): readonly Finding[] {
  const findings: Finding[] = []
  const own = ownDischarge(head)
  if (isStrength(head.annotations.requires) && own.length !== 1) {
    findings.push(
      errorIn(
        head.id,
        'discharge_missing',
        `an obligation ends in unless { context.discharged.contains("${head.id}") }, once`,
      ),
    )
  }
  for (const condition of head.conditions) {
    if (own.includes(condition)) continue
    for (const node of nodesOf(condition.body, condition.kind === 'unless')) {
      findings.push(...lintNode(head, node))
    }
  }
  return findings
}

/** The conditions that are exactly the canonical discharge of this policy, where it carries an obligation. */
function ownDischarge(head: PolicyHead): readonly Condition[] {
  if (!isStrength(head.annotations.requires)) return []
  const canonical = JSON.stringify({
    contains: {
      left: { '.': { left: { Var: 'context' }, attr: 'discharged' } },
      right: { Value: head.id },
    },
  })
  return head.conditions.filter(
    (one) => one.kind === 'unless' && JSON.stringify(one.body) === canonical,
  )
}

function lintNode(head: PolicyHead, node: ExpressionNode): readonly Finding[] {
  const { operator, operand } = node
  if (!OPERATORS.has(operator)) {
    return [
      errorIn(head.id, 'operator_refused', `"${operator}" may fail or needs more than the slice`),
    ]
  }
  if (operator === '.') return lintAttribute(head, operand)
  if (operator === 'in') return lintMembership(head, operand)
  if (PAIRS.has(operator)) return lintVocabulary(head, operand)
  return []
}

function lintAttribute(head: PolicyHead, operand: JsonValue): readonly Finding[] {
  const attribute = attributeOf({ '.': operand })
  if (attribute === undefined) {
    return [errorIn(head.id, 'attribute_too_deep', 'only variable.attribute; nothing is nested')]
  }
  if (attribute.join('.') !== 'context.discharged') return []
  return [
    errorIn(head.id, 'discharged_elsewhere', 'only an obligation may read context.discharged'),
  ]
}

function lintMembership(head: PolicyHead, operand: JsonValue): readonly Finding[] {
  const left = isObject(operand) ? operand.left : undefined
  if (isObject(left) && left.Var === 'action') return []
  return [errorIn(head.id, 'no_hierarchy', 'only actions have groups; test an attribute instead')]
}

function lintVocabulary(head: PolicyHead, operand: JsonValue): readonly Finding[] {
  if (!isObject(operand)) return []
  const { left, right } = operand
  return [
    [left, right],
    [right, left],
  ].flatMap(([side, other]) => {
    const name = attributeOf(side)?.join('.') ?? ''
    const allowed = Object.hasOwn(VOCABULARY, name) ? VOCABULARY[name] : undefined
    const wrong = literalsOf(other).filter((text) => allowed?.includes(text) === false)
    return wrong.map((text) =>
      errorIn(
        head.id,
        'value_unknown',
        `"${text}" is no value of ${name} (${allowed?.join(', ')})`,
      ),
    )
  })
}
