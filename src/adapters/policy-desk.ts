/** Asking the policy without calling anything: explain one question, or run a table of them. */
import { canonicalText } from '../kernel/canonical-json.ts'
import { digestOf } from '../kernel/digest.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import type { Bundle } from '../policy/bundle.ts'
import { explain } from '../policy/explain.ts'
import { heldClasses } from '../policy/held.ts'
import {
  type PolicyTestCase,
  type PolicyTestReport,
  readPolicyRequest,
  readPolicyTests,
} from '../policy/table-test.ts'
import type { BundleCache } from './bundle-cache.ts'
import type { createBundleCheck } from './bundle-check.ts'
import { checkBundle } from './cedar-check.ts'
import type { LoadedBundle } from './cedar-engine.ts'

/** No catalogue entry takes part in a question asked at the desk. */
const NO_ENTRY = digestOf('countersign-catalogue-v1', new Uint8Array())

/** `shipped` reads the table tests of the configured policy directory. Throws `policy_invalid`. */
export function createPolicyDesk(
  cache: BundleCache,
  check: ReturnType<typeof createBundleCheck>,
  shipped: () => readonly PolicyTestCase[],
) {
  const active = async (tenant: string): Promise<LoadedBundle> => {
    const bundle = await cache.now(tenant)
    if (bundle === undefined) throw new Failure('policy_missing', 'no policy bundle is active')
    return bundle
  }
  const candidate = async (tenant: string, documents: JsonObject): Promise<Bundle> => {
    const { text } = await check(tenant, documents, { sequence: 1 })
    return JSON.parse(text) as Bundle
  }
  return {
    explain: async (tenant: string, request: JsonObject): Promise<JsonObject> =>
      plain(explain(await active(tenant), readPolicyRequest('request', request), NO_ENTRY)),
    heldClasses: async (tenant: string) => heldClasses(await active(tenant)),
    ownTests: async (tenant: string): Promise<PolicyTestReport> => {
      const { bundle } = await active(tenant)
      const { tests } = await checkBundle({ floor: bundle.floor, bundle, cases: shipped() })
      if (tests === undefined)
        throw new Failure('policy_invalid', 'the bundle in force does not load')
      return tests
    },
    test: async (
      tenant: string,
      documents: JsonObject | undefined,
      cases: JsonValue,
    ): Promise<JsonObject> => {
      const table = readPolicyTests('cases', cases)
      const bundle =
        documents === undefined ? (await active(tenant)).bundle : await candidate(tenant, documents)
      const { held: _, ...report } = await checkBundle({
        floor: bundle.floor,
        bundle,
        cases: table,
      })
      return plain(report)
    },
  }
}

/** Our own values as the JSON a face sends. */
function plain(value: unknown): JsonObject {
  return JSON.parse(canonicalText(JSON.parse(JSON.stringify(value)))) as JsonObject
}
