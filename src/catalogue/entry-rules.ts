/**
 * What an entry must say before a tool may run under it. Each rule is one sentence for the reviewer; the same rules
 * hold for shipped files and for entries people write.
 */
import { evaluateExpression, expressionProblem } from './cel.ts'
import { worstEffect } from './classification.ts'
import { argumentNames } from './entry-binding.ts'
import { speaksOfBefore } from './inverse.ts'
import type { Classification, Discriminator, ToolEntry } from './tool.ts'
import { atLeast, EFFECTS } from './tool.ts'

/** All broken rules, most telling first. Empty means that the entry may be used. */
export function entryProblems(entry: ToolEntry): readonly string[] {
  const cases = casesOf(entry)
  return [
    ...cases.flatMap(({ where, held }) => classificationProblems(where, held, entry)),
    ...entry.discriminators.flatMap((rule, at) => discriminatorProblems(entry, rule, at)),
    ...probeProblems(entry),
    ...endProblems(entry),
    ...observationProblems(entry),
    ...collectionProblems(entry),
    ...(entry.completesWithinMs !== undefined && entry.probe === undefined
      ? ['completesWithinMs: what is done later is only seen by a probe']
      : []),
    ...(entry.metaTool !== undefined &&
    entry.metaTool.toolArgument === entry.metaTool.argumentsArgument
      ? ['metaTool: the tool and its arguments must be two arguments']
      : []),
  ]
}

type Case = { readonly where: string; readonly held: Classification }

/** The worst case, and each case a discriminator makes of it. */
function casesOf(entry: ToolEntry): readonly Case[] {
  const discriminated = entry.discriminators.map(({ is }, at) => ({
    where: `discriminators.${at}.is`,
    held: { ...entry.worst, ...is },
  }))
  return [{ where: 'worst', held: entry.worst }, ...discriminated]
}

function classificationProblems(
  where: string,
  held: Classification,
  entry: ToolEntry,
): readonly string[] {
  const problems: string[] = []
  const effect = held.triggers.map((trigger) => trigger.effect).reduce(worstEffect, held.effect)
  if (atLeast(effect, 'write') && held.target.from === undefined && entry.metaTool === undefined) {
    problems.push(`${where}.target: an effect of ${effect} must say where its target is named`)
  }
  if (
    (effect === 'contain' || effect === 'identity') &&
    !canEnd(held) &&
    entry.waiver === undefined
  ) {
    problems.push(
      `${where}: containment, isolation or access change needs an inverse, an end by itself or a waiver`,
    )
  }
  if (
    held.reversibility === 'reversible' &&
    atLeast(effect, 'write') &&
    held.inverse === undefined
  ) {
    problems.push(`${where}.reversibility: reversible names its inverse`)
  }
  if (held.direction !== undefined && held.effect !== 'influence') {
    problems.push(`${where}.direction: only influence raises or lowers`)
  }
  problems.push(...badExpression(`${where}.target.from`, held.target.from))
  for (const [name, expression] of Object.entries(held.inverse?.arguments ?? {})) {
    problems.push(...badExpression(`${where}.inverse.arguments.${name}`, expression))
    if (speaksOfBefore(expression) && entry.preimage === undefined) {
      problems.push(`${where}.inverse.arguments.${name}: "before" needs a preimage`)
    }
  }
  return problems
}

/** Whether somebody can lift it, or it lifts itself (R63). */
function canEnd(held: Classification): boolean {
  return held.inverse !== undefined || held.reversibility === 'time-limited'
}

function badExpression(where: string, expression: string | undefined): readonly string[] {
  if (expression === undefined) return []
  const problem = expressionProblem(expression, 'any')
  return problem === undefined ? [] : [`${where}: ${problem}`]
}

function discriminatorProblems(
  entry: ToolEntry,
  rule: Discriminator,
  at: number,
): readonly string[] {
  const where = `discriminators.${at}`
  const problem = expressionProblem(rule.when, 'bool')
  if (problem !== undefined) return [`${where}.when: ${problem}`]
  const effect = rule.is.effect ?? entry.worst.effect
  if (EFFECTS.indexOf(effect) > EFFECTS.indexOf(entry.worst.effect)) {
    return [`${where}.is.effect: worse than the worst case`]
  }
  return lowersUnasked(rule.when)
    ? [`${where}.when: must name the values it accepts; it is true for absent or unknown arguments`]
    : []
}

/** A value no server gives a meaning to. */
const UNKNOWN_VALUE = 'countersign-unknown-value'

/**
 * Whether an expression is true although nothing, or nothing known, was given: `args.mode != "delete"` or
 * `!has(args.force)`. Such a rule would lower the class of arguments that nobody reviewed.
 */
function lowersUnasked(expression: string): boolean {
  const strange = Object.fromEntries(argumentNames(expression).map((name) => [name, UNKNOWN_VALUE]))
  return [{}, strange].some((args) => {
    const answer = evaluateExpression(expression, { args })
    return answer.ok && answer.value === true
  })
}

function probeProblems(entry: ToolEntry): readonly string[] {
  if (entry.probe === undefined) return []
  const problem = expressionProblem(entry.probe.expect, 'bool')
  const expect = problem === undefined ? [] : [`probe.expect: ${problem}`]
  const args = Object.entries(entry.probe.arguments).flatMap(([name, expression]) =>
    badExpression(`probe.arguments.${name}`, expression),
  )
  return [...expect, ...args]
}

/** An end nobody could bring about is none. */
function endProblems({ ends, worst }: ToolEntry): readonly string[] {
  if (ends === undefined) return []
  const minutes = [
    ...badExpression('ends.minutes', ends.minutes),
    ...neverMinutes(ends.minutes ?? '1'),
  ]
  return ends.atEnd === 'revert' && worst.inverse === undefined
    ? [...minutes, 'ends.atEnd: reverting needs an inverse']
    : minutes
}

/**
 * `args.seconds / 60` gives nothing: a number in JSON is a double and 60 is none. The containment would silently last
 * a whole shift. What reads into objects and lists cannot be tried out.
 */
function neverMinutes(expression: string): readonly string[] {
  const names = argumentNames(expression)
  if (/\bargs(\.\w+)?\s*\[|\bargs\.\w+\./.test(expression)) return []
  const gives = [1, '1'].some((value) => {
    const args = Object.fromEntries(names.map((name) => [name, value]))
    const read = evaluateExpression(expression, { args })
    return read.ok && typeof read.value === 'number'
  })
  return gives ? [] : ['ends.minutes: gives no number for any number; write 60.0 and not 60']
}

function observationProblems({ preimage, unchanged, affected }: ToolEntry): readonly string[] {
  const reads = Object.entries(preimage?.arguments ?? {}).flatMap(([name, expression]) =>
    badExpression(`preimage.arguments.${name}`, expression),
  )
  const kept = unchanged === undefined ? undefined : expressionProblem(unchanged, 'bool')
  return [
    ...reads,
    ...(kept === undefined ? [] : [`unchanged: ${kept}`]),
    ...(unchanged !== undefined && preimage === undefined ? ['unchanged: needs a preimage'] : []),
    ...badExpression('affected', affected),
  ]
}

/** What an isolation keeps is of use only to those who look at it, and it does not keep for ever (R132). */
function collectionProblems({ worst, evidence }: ToolEntry): readonly string[] {
  const isolates = worst.effect === 'contain' && worst.verb === 'contain'
  const keeps = isolates && worst.flags.includes('preserves-evidence')
  if (evidence?.collection === undefined) {
    return keeps && evidence?.waiver === undefined
      ? [
          'evidence: isolation that keeps evidence names what collects it, or who answers for doing without',
        ]
      : []
  }
  return [
    ...(keeps ? [] : ['evidence.collection: stands beside isolation that keeps evidence only']),
    ...Object.entries(evidence.collection.arguments).flatMap(([name, expression]) =>
      badExpression(`evidence.collection.arguments.${name}`, expression),
    ),
  ]
}
