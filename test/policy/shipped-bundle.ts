/** The shipped floor and base pack, loaded once per test file, and small ways to change a request. */
import { createCedarEngine } from '../../src/adapters/cedar-engine.ts'
import { readBundleDirectory, readPolicyTexts } from '../../src/adapters/policy-files.ts'
import type { Digest } from '../../src/kernel/digest.ts'
import { digestOf } from '../../src/kernel/digest.ts'
import type { Bundle, BundleDraft } from '../../src/policy/bundle.ts'
import { makeBundle } from '../../src/policy/bundle.ts'
import type { PolicyRequest } from '../../src/policy/request.ts'
import { SAMPLE_REQUEST } from '../../src/policy/sample-request.ts'

export const FLOOR_DIRECTORY = new URL('../../policies/floor', import.meta.url).pathname
export const BASE_DIRECTORY = new URL('../../policies/base', import.meta.url).pathname

export const floor = readPolicyTexts(FLOOR_DIRECTORY)
export const engine = createCedarEngine(floor)
export const ENTRY: Digest = digestOf('countersign-catalogue-v1', new Uint8Array([1]))

/** The shipped bundle, with members replaced. */
export function shippedBundle(change: Partial<BundleDraft> = {}): Bundle {
  const draft = { ...readBundleDirectory(BASE_DIRECTORY), floor, actions: [], ...change }
  return makeBundle(draft, { sequence: 1, engine: engine.versions() })
}

/** The shipped bundle with one more policy. */
export function bundleWith(id: string, text: string): Bundle {
  const { policies } = readBundleDirectory(BASE_DIRECTORY)
  return shippedBundle({ policies: { ...policies, [id]: text } })
}

type Change = { readonly [Part in keyof PolicyRequest]?: Partial<PolicyRequest[Part]> }

/** The sample request with members replaced, one level deep. */
export function requestWith(change: Change): PolicyRequest {
  const made: Record<string, unknown> = { ...SAMPLE_REQUEST }
  for (const [part, value] of Object.entries(change)) {
    const old = made[part]
    const isRecord = typeof old === 'object' && old !== null && !Array.isArray(old)
    made[part] = isRecord && typeof value === 'object' ? { ...old, ...value } : value
  }
  return made as PolicyRequest
}

export const CONTAIN = { action: 'contain:device', effect: 'contain' } as const
export const WRITE = { action: 'set:ticket', effect: 'write' } as const
export const READ = { action: 'query:device', effect: 'read' } as const

/** A policy with every annotation a lint wants, and this head and body. */
export function policyText(id: string, rule: string, annotations = ''): string {
  return `@id("${id}") @owner("incident-response") @reason("For a test.") @control("owasp-asi:ASI02") ${annotations} ${rule};`
}
