/**
 * Reading `authorization_details` (RFC 9396) of a token request: exactly one `countersign_task`, nothing it
 * does not know. An unknown member would be a wish nobody grants, so it is refused rather than ignored.
 */
import { Failure } from '../kernel/failure.ts'
import type { JsonValue } from '../kernel/strict-json.ts'
import { isObject, parseStrictText } from '../kernel/strict-json.ts'
import type { Purpose } from './task.ts'
import { PURPOSES } from './task.ts'

export const TASK_DETAILS_TYPE = 'countersign_task'

/** The work asked for. With `task` the token is for that open task, and what else is given must agree with it. */
export type TaskDetails = {
  readonly caseRef?: string
  readonly purpose?: Purpose
  readonly scope?: readonly string[]
  readonly task?: string
}

/** A scope of 500 grants stays below this; depth: array, object, array. */
const LIMITS = { maxBytes: 256 * 1024, maxDepth: 4 }
const MEMBERS = ['type', 'case', 'purpose', 'scope', 'task']

/** Throws `details_invalid` or a `json_*` code. Without `task`, `case` and `purpose` are required. */
export function readTaskDetails(text: string): TaskDetails {
  const parsed = parseStrictText(text, LIMITS)
  const item = Array.isArray(parsed) && parsed.length === 1 ? parsed[0] : undefined
  if (!isObject(item)) throw wrong('it is not an array of one object')
  const unknown = Object.keys(item).find((member) => !MEMBERS.includes(member))
  if (unknown !== undefined) throw wrong('it has a member that is not known')
  if (item.type !== TASK_DETAILS_TYPE) throw wrong(`its type is not ${TASK_DETAILS_TYPE}`)
  const details = {
    ...textMember(item.case, 'case', 'caseRef'),
    ...purposeMember(item.purpose),
    ...scopeMember(item.scope),
    ...textMember(item.task, 'task', 'task'),
  }
  if (
    details.task === undefined &&
    (details.caseRef === undefined || details.purpose === undefined)
  ) {
    throw wrong('it names neither a task nor a case with a purpose')
  }
  return details
}

function textMember<K extends 'caseRef' | 'task'>(
  value: JsonValue | undefined,
  member: string,
  key: K,
): { readonly [name in K]?: string } {
  if (value === undefined) return {}
  if (typeof value !== 'string' || value === '') throw wrong(`${member} is not a text`)
  return { [key]: value } as { readonly [name in K]: string }
}

function purposeMember(value: JsonValue | undefined): { readonly purpose?: Purpose } {
  if (value === undefined) return {}
  const purpose = PURPOSES.find((known) => known === value)
  if (purpose === undefined) throw wrong(`purpose is not one of: ${PURPOSES.join(', ')}`)
  return { purpose }
}

function scopeMember(value: JsonValue | undefined): { readonly scope?: readonly string[] } {
  if (value === undefined) return {}
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw wrong('scope is not a list of texts')
  }
  return { scope: value }
}

function wrong(why: string): Failure {
  return new Failure('details_invalid', `authorization_details: ${why}`)
}
