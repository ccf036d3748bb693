/** Reads the documents of a bundle from JSON, refusing unknown and missing members. Values are linted later. */
import { EFFECTS, type Effect } from '../catalogue/tool.ts'
import type { Role } from '../identity/person.ts'
import { isRole } from '../identity/person.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import type { MonitorRule, OwnerRule, Thresholds } from './bundle.ts'
import type { RoleLimit } from './role-limit.ts'

function invalid(source: string, what: string): Failure {
  return new Failure('policy_invalid', `${source}: ${what}`)
}

function membersOf(
  source: string,
  value: JsonValue | undefined,
  required: readonly string[],
  optional: readonly string[] = [],
): JsonObject {
  if (!isObject(value)) throw invalid(source, 'an object is expected')
  for (const name of required) {
    if (value[name] === undefined) throw invalid(source, `"${name}" is missing`)
  }
  for (const name of Object.keys(value)) {
    if (!required.includes(name) && !optional.includes(name)) {
      throw invalid(source, `"${name.slice(0, 40)}" is unknown`)
    }
  }
  return value
}

function textOf(source: string, record: JsonObject, name: string): string {
  const value = record[name]
  if (typeof value !== 'string') throw invalid(source, `"${name}" must be a text`)
  return value
}

function numberOf(source: string, record: JsonObject, name: string): number {
  const value = record[name]
  if (typeof value !== 'number') throw invalid(source, `"${name}" must be a number`)
  return value
}

function textsOf(source: string, record: JsonObject, name: string): readonly string[] {
  const texts = listOf(source, record[name] ?? null)
  return texts.map((text) => {
    if (typeof text !== 'string') throw invalid(source, `"${name}" must hold texts`)
    return text
  })
}

function listOf(source: string, value: JsonValue): readonly JsonValue[] {
  if (!Array.isArray(value)) throw invalid(source, 'a list is expected')
  return value as readonly JsonValue[]
}

/** Throws `policy_invalid`. */
export function readThresholds(source: string, value: JsonValue): Thresholds {
  const texts = ['version', 'owner', 'rationale', 'effectiveFrom', 'reviewBy'] as const
  const numbers = ['criticalFrom', 'severeUpTo'] as const
  const record = membersOf(source, value, [...texts, ...numbers, 'targetLimit'], ['chatMayApprove'])
  const limits = record.targetLimit
  if (!isObject(limits)) throw invalid(source, '"targetLimit" must be an object')
  const targetLimit: Record<string, number> & { default: number } = {
    default: numberOf(source, limits, 'default'),
  }
  for (const kind of Object.keys(limits)) {
    const limit = numberOf(source, limits, kind)
    Object.defineProperty(targetLimit, kind, { value: limit, enumerable: true })
  }
  return {
    version: textOf(source, record, 'version'),
    owner: textOf(source, record, 'owner'),
    rationale: textOf(source, record, 'rationale'),
    effectiveFrom: textOf(source, record, 'effectiveFrom'),
    reviewBy: textOf(source, record, 'reviewBy'),
    targetLimit,
    criticalFrom: numberOf(source, record, 'criticalFrom'),
    severeUpTo: numberOf(source, record, 'severeUpTo'),
    ...(record.chatMayApprove === undefined
      ? {}
      : { chatMayApprove: textsOf(source, record, 'chatMayApprove') }),
  }
}

/** Throws `policy_invalid`; an owner is a role, never a person, a queue or an agent (R133). */
export function readOwners(source: string, value: JsonValue): readonly OwnerRule[] {
  return listOf(source, value).map((one) => {
    const record = membersOf(source, one, ['class', 'role'], ['tenant', 'environment'])
    const place = (name: 'tenant' | 'environment') =>
      record[name] === undefined ? {} : { [name]: textOf(source, record, name) }
    const where = { ...place('tenant'), ...place('environment') }
    return { class: textOf(source, record, 'class'), ...where, role: roleOf(source, record) }
  })
}

/** Throws `policy_invalid`. */
export function readLimits(source: string, value: JsonValue): readonly RoleLimit[] {
  return listOf(source, value).map((one) => {
    const required = ['role', 'upTo', 'maxCriticality', 'maxTargets']
    const record = membersOf(source, one, required, ['environments'])
    const upTo = textOf(source, record, 'upTo')
    if (!(EFFECTS as readonly string[]).includes(upTo))
      throw invalid(source, `"${upTo.slice(0, 40)}" is no effect`)
    return {
      role: roleOf(source, record),
      upTo: upTo as Effect,
      maxCriticality: numberOf(source, record, 'maxCriticality'),
      maxTargets: numberOf(source, record, 'maxTargets'),
      ...(record.environments === undefined
        ? {}
        : { environments: textsOf(source, record, 'environments') }),
    }
  })
}

function roleOf(source: string, record: JsonObject): Role {
  const role = textOf(source, record, 'role')
  if (!isRole(role)) throw invalid(source, `"${role.slice(0, 40)}" is no role`)
  return role
}

/** Throws `policy_invalid`. */
export function readMonitored(source: string, value: JsonValue): readonly MonitorRule[] {
  return listOf(source, value).map((one) => {
    const record = membersOf(source, one, ['action', 'expiresAtMs', 'owner', 'reason'])
    return {
      action: textOf(source, record, 'action'),
      expiresAtMs: numberOf(source, record, 'expiresAtMs'),
      owner: textOf(source, record, 'owner'),
      reason: textOf(source, record, 'reason'),
    }
  })
}
