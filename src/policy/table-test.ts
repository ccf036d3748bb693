/**
 * Table tests of a bundle. A case says only what differs from the sample request (sample-request.ts) and what
 * must come out; `reason` is a subset of the deciding policies, as in Cedar's own test files.
 */
import { digestOf } from '../kernel/digest.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import type { ReadableBundle } from './explain.ts'
import type { PolicyRequest } from './request.ts'
import { SAMPLE_REQUEST } from './sample-request.ts'

export type ExpectedObligation = { readonly requires: string; readonly role: string }

export type PolicyTestCase = {
  readonly name: string
  readonly request: PolicyRequest
  readonly discharged: readonly string[]
  readonly outcome: Decision['kind']
  readonly code?: string
  readonly reason: readonly string[]
  /** All of them, in any order, when given. */
  readonly obligations?: readonly ExpectedObligation[]
}

export type PolicyTestResult = {
  readonly name: string
  readonly decision: Decision
  /** What differed; empty when the case passed. */
  readonly problems: readonly string[]
}

export type PolicyTestReport = {
  readonly results: readonly PolicyTestResult[]
  readonly failed: number
  /** Policies that decided no case: nobody would notice if they went. */
  readonly untested: readonly string[]
}

export function runPolicyTests(
  bundle: ReadableBundle,
  cases: readonly PolicyTestCase[],
): PolicyTestReport {
  const entry = digestOf('countersign-catalogue-v1', new Uint8Array())
  const results = cases.map((one) => {
    const decision = decide(bundle, one.request, entry, one.discharged)
    return { name: one.name, decision, problems: problemsOf(one, decision) }
  })
  const used = new Set(results.flatMap((result) => result.decision.policyIds))
  return {
    results,
    failed: results.filter((result) => result.problems.length > 0).length,
    untested: bundle.heads.map((head) => head.id).filter((id) => !used.has(id)),
  }
}

function problemsOf(expected: PolicyTestCase, decision: Decision): readonly string[] {
  const problems: string[] = []
  if (decision.kind !== expected.outcome) {
    problems.push(`${decision.kind} (${decision.reason}) instead of ${expected.outcome}`)
  }
  if (expected.code !== undefined && decision.reason !== expected.code) {
    problems.push(`code ${decision.reason} instead of ${expected.code}`)
  }
  const missing = expected.reason.filter((id) => !decision.policyIds.includes(id))
  if (missing.length > 0) problems.push(`not decided by ${missing.join(', ')}`)
  if (expected.obligations !== undefined) {
    const wanted = textOf(expected.obligations)
    const found = textOf(decision.obligations)
    if (wanted !== found) problems.push(`asks "${found}" instead of "${wanted}"`)
  }
  return problems
}

function textOf(obligations: readonly ExpectedObligation[]): string {
  const texts = obligations.map((one) => `${one.requires} ${one.role}`)
  return [...new Set(texts)].sort().join(', ')
}

const MEMBERS = ['name', 'request', 'discharged', 'outcome', 'code', 'reason', 'obligations']

/** Reads the cases of a test file. Throws `policy_invalid`, naming the case and the member. */
export function readPolicyTests(source: string, value: JsonValue): readonly PolicyTestCase[] {
  if (!Array.isArray(value))
    throw new Failure('policy_invalid', `${source}: a list of cases expected`)
  return (value as readonly JsonValue[]).map((one, at) =>
    readCase(`${source}: case ${at + 1}`, one),
  )
}

function readCase(where: string, value: JsonValue): PolicyTestCase {
  if (!isObject(value)) throw new Failure('policy_invalid', `${where} is no object`)
  const unknown = Object.keys(value).find((key) => !MEMBERS.includes(key))
  if (unknown !== undefined) throw new Failure('policy_invalid', `${where}: unknown "${unknown}"`)
  const { name, outcome, code, obligations } = value
  if (typeof name !== 'string') throw new Failure('policy_invalid', `${where} has no name`)
  if (outcome !== 'allow' && outcome !== 'deny' && outcome !== 'hold') {
    throw new Failure('policy_invalid', `${where}: outcome must be allow, hold or deny`)
  }
  return {
    name,
    request: readPolicyRequest(`${where}: request`, value.request ?? {}),
    discharged: textsOf(where, value.discharged ?? []),
    outcome,
    ...(typeof code === 'string' ? { code } : {}),
    reason: textsOf(where, value.reason ?? []),
    ...(obligations === undefined ? {} : { obligations: obligationsOf(where, obligations) }),
  }
}

/** A question as people write it: what they leave out is as in the sample. Throws `policy_invalid`. */
export function readPolicyRequest(where: string, value: JsonValue): PolicyRequest {
  return overlay(where, SAMPLE_REQUEST, value)
}

/** The sample with some members replaced by values of the same type; unknown members are refused. */
function overlay<T extends object>(where: string, sample: T, change: JsonValue): T {
  if (!isObject(change)) throw new Failure('policy_invalid', `${where} must be an object`)
  const made: Record<string, unknown> = Object.fromEntries(Object.entries(sample))
  for (const [key, value] of Object.entries(change)) {
    const old = Object.hasOwn(sample, key) ? made[key] : undefined
    if (old === undefined) throw new Failure('policy_invalid', `${where}: unknown "${key}"`)
    if (Array.isArray(old)) made[key] = textsOf(`${where}.${key}`, value)
    else if (typeof old === 'object' && old !== null) {
      made[key] = overlay(`${where}.${key}`, old, value)
    } else if (typeof value === typeof old) made[key] = value
    else throw new Failure('policy_invalid', `${where}.${key} must be a ${typeof old}`)
  }
  // Each member was checked against the sample's type just above.
  return made as T
}

function textsOf(where: string, value: JsonValue): readonly string[] {
  const isList = Array.isArray(value) && value.every((one) => typeof one === 'string')
  if (!isList) throw new Failure('policy_invalid', `${where} must be a list of texts`)
  return value as readonly string[]
}

function obligationsOf(where: string, value: JsonValue): readonly ExpectedObligation[] {
  if (!Array.isArray(value)) throw new Failure('policy_invalid', `${where}: obligations is a list`)
  return (value as readonly JsonValue[]).map((one) => {
    const { requires, role } = isObject(one) ? one : ({} as JsonObject)
    if (typeof requires !== 'string' || typeof role !== 'string') {
      throw new Failure('policy_invalid', `${where}: an obligation has requires and role`)
    }
    return { requires, role }
  })
}
