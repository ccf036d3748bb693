/**
 * A decision package on a terminal: the exact call first, from facts, then why it stopped, who may say yes and
 * what a yes signs. Whatever an agent or a tool wrote is printed with its hidden characters written out.
 */

import type { JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import { visible } from '../kernel/visible-text.ts'
import type { Approval, Shown } from './decision-package.ts'
import { shortCode } from './digest-text.ts'
import {
  changeLines,
  claimLines,
  consequenceLines,
  evidenceLines,
  questionLines,
  radiusLines,
  similarLines,
  sourceText,
  thresholdLine,
} from './package-text.ts'
import type { Paint } from './terminal.ts'
import { spanText } from './time-text.ts'

export type Shower = {
  readonly paint: Paint
  readonly when: (atMs: number) => string
  readonly nowMs: number
  /** The name of a person by id. */
  readonly person: (id: string | undefined) => string
}

type Section = readonly [title: string, lines: readonly string[]]

/** The whole package as text, with its final newline. */
export function approvalText(request: Approval, shown: Shown, shower: Shower): string {
  const { paint } = shower
  const { agent, case: incident } = shown
  const first =
    `${paint('bold', visible(agent.name))} wants ${paint('bold', visible(shown.action))} ` +
    `(${visible(shown.effect)}) on ${paint('bold', targetNames(shown))}`
  const second = `for case ${visible(incident.external_ref)} "${visible(incident.title)}", severity ${incident.severity}`
  const sections: readonly Section[] = [
    ['exact call', callLines(shown)],
    ['changed by a person', changeLines(shown, shower.person)],
    ['target', shown.targets.map(targetLine)],
    ['undo', [undoLine(shown)]],
    ['evidence collected beside it', collectedLines(shown)],
    ['what could be hit', radiusLines(shown)],
    ['why it stopped', [...shown.reasons.map(reasonLine), thresholdLine(shown)]],
    ['who', whoLines(request, shown, shower)],
    ['consequences (unknown ones too are answered for)', consequenceLines(shown)],
    ['evidence', evidenceLines(shown, shower.when)],
    ["the agent's words against the record", claimLines(shown)],
    ['decided before', similarLines(shown, shower)],
    ['questions', questionLines(request, shower.person)],
    ['context', contextLines(shown)],
    ['time', timeLines(request, shower)],
    [
      'signs',
      [`short code ${paint('bold', shortCode(request.action_digest))}`, request.action_digest],
    ],
  ]
  const body = sections
    .filter(([, lines]) => lines.length > 0)
    .map(
      ([title, lines]) => `${paint('dim', title)}\n${lines.map((line) => `  ${line}\n`).join('')}`,
    )
  return `${first}\n${second}\n\n${body.join('')}`
}

/** `device web-14, device web-15`. */
export function targetNames({ targets }: Pick<Shown, 'targets'>): string {
  const names = targets.map(({ kind, id }) => `${visible(kind)} ${visible(id)}`)
  return names.length === 0 ? 'nothing named' : names.join(', ')
}

/** One line per argument, each value as JSON: a text, a number and a list cannot be taken for each other. */
function callLines(shown: Shown): string[] {
  const given = shown.arguments as JsonValue
  if (!isObject(given)) return [visible(shown.tool), jsonText(given)]
  const names = Object.keys(given)
  const width = Math.max(0, ...names.map((name) => visible(name).length))
  return [
    visible(shown.tool),
    ...names.flatMap((name) => {
      const value = given[name] ?? null
      const line = `  ${visible(name).padEnd(width)}  ${jsonText(value)}  ${sourceText(shown, name)}`
      const foreign = foreignLetters(JSON.stringify(value))
      return foreign === '' ? [line] : [line, `  ${''.padEnd(width)}  not ASCII: ${foreign}`]
    }),
  ]
}

function jsonText(value: unknown): string {
  return visible(JSON.stringify(value))
}

/** Letters that may look like others are named by number: `а` (U+0430) is not `a`. */
function foreignLetters(text: string): string {
  const letters = new Set(text.match(/[^\p{ASCII}]/gu) ?? [])
  return [...letters]
    .slice(0, 8)
    .map(
      (letter) =>
        `${visible(letter)} U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
    )
    .join(', ')
}

function targetLine(target: Shown['targets'][number]): string {
  const known = target.is_known ? '' : ', not in the inventory: the worst is assumed'
  const labels = target.labels.length === 0 ? '' : `, ${target.labels.map(visible).join(' ')}`
  return (
    `${visible(target.kind)} ${visible(target.id)}: criticality ${target.criticality} of 5, ` +
    `environment ${visible(target.environment)}${labels}${known}`
  )
}

function collectedLines({ collects }: Shown): readonly string[] {
  if (collects === undefined || collects === null) return []
  return [`${visible(collects.tool)} ${jsonText(collects.arguments ?? {})}`]
}

function undoLine({ reversibility, inverse }: Shown): string {
  const how =
    inverse === null
      ? 'no call takes it back'
      : `${visible(inverse.tool)} ${jsonText(inverse.arguments)}`
  return `${visible(reversibility)}: ${how}`
}

function reasonLine({ policy, requires, role, reason }: Shown['reasons'][number]): string {
  return `${visible(reason)} (${visible(policy)}: ${visible(requires)} by ${visible(role)})`
}

function whoLines(request: Approval, shown: Shown, { person }: Shower): string[] {
  const needs = request.needs.map(({ role, strength }) => `${strength} by ${role}`)
  const behalf = person(shown.task.on_behalf_of)
  return [
    `needs ${needs.join(' and ')}`,
    `owner ${request.owner === undefined ? 'nobody yet: whoever is eligible may take it over' : visible(person(request.owner))}`,
    `asked by agent ${visible(shown.agent.name)} (${visible(shown.agent.mode)}), on behalf of ${visible(behalf)}`,
    standingLine(request),
  ]
}

/** Whether the reader could release it, and if not why. */
function standingLine({ eligibility, state }: Approval): string {
  if (state !== 'pending') return 'decided already: there is nothing to sign'
  if (eligibility.eligible) return `you may sign as ${eligibility.role}`
  const { says = 'you are not entitled', next } = eligibility
  if (eligibility.may_take_over === true) return `${says}; take it over first, then you may sign`
  return `your yes would only be advice: ${says}${next === undefined ? '' : `. ${next}`}`
}

function contextLines(shown: Shown): string[] {
  const { exposure, telemetry_gaps: gaps, flags, task } = shown
  const list = (title: string, words: readonly string[]) =>
    words.length === 0 ? [] : [`${title}: ${words.map(visible).join(', ')}`]
  const denied = shown.denied_before_in_task
  return [
    `purpose of the session: ${visible(task.purpose)}`,
    ...list('flags', flags),
    ...list('tags of the case', shown.case.tags),
    ...list('the agent has read', exposure.labels),
    ...list('among it, written by strangers', exposure.untrusted_sources),
    ...list('too old or missing', gaps),
    ...(denied === 0 ? [] : [`people denied ${denied} request(s) of this session before`]),
  ]
}

function timeLines(request: Approval, { when, nowMs }: Shower): string[] {
  const age = spanText(nowMs - request.created_at_ms)
  const asked = `asked ${when(request.created_at_ms)}, ${age} ago`
  if (request.state !== 'pending') {
    const decided = request.decided_at_ms === undefined ? '' : ` ${when(request.decided_at_ms)}`
    const reason = request.reason_code === undefined ? '' : ` (${request.reason_code})`
    return [asked, `${request.state}${decided}${reason}`]
  }
  const left = spanText(request.expires_at_ms - nowMs)
  return [asked, `expires ${when(request.expires_at_ms)}, in ${left}; then nothing is done`]
}
