/**
 * Seals policy documents into a bundle and checks it, in a disposable worker, the way it will be loaded. The actions a bundle declares
 * are those of the reviewed tools, so that policy speaks of what can happen here.
 */
import type { ToolStore } from '../catalogue/ports.ts'
import { canonicalText } from '../kernel/canonical-json.ts'
import type { Digest } from '../kernel/digest.ts'
import { Failure } from '../kernel/failure.ts'
import { isObject, type JsonObject, type JsonValue } from '../kernel/strict-json.ts'
import { type ActionClass, actionsOfReview } from '../policy/actions.ts'
import {
  type Bundle,
  type BundleDraft,
  bundleDigestOf,
  makeBundle,
  type PolicyTexts,
} from '../policy/bundle.ts'
import { readMonitored, readOwners, readThresholds } from '../policy/documents.ts'
import type { Finding } from '../policy/finding.ts'
import { checkBundle } from './cedar-check.ts'
import type { CedarEngine } from './cedar-engine.ts'

type Place = { readonly sequence: number; readonly parent?: Digest }
type Checked = {
  readonly text: string
  readonly digest: Digest
  readonly findings: readonly Finding[]
}

/** How a sealed bundle is looked at. */
export type Inspect = (bundle: Bundle) => Promise<readonly Finding[]>

/** For text a person wrote: in a worker that is thrown away, with the answers of the whole pack. */
export function inspectApart(floor: PolicyTexts): Inspect {
  return async (bundle) => (await checkBundle({ floor, bundle, cases: [] })).findings
}

/**
 * For text that was shipped or published before: lint and strict validation in this process, so that a first
 * start does not wait for a second engine.
 */
export function inspectHere(engine: CedarEngine): Inspect {
  return async (bundle) => engine.inspect(bundle).findings
}

/** `documents` is `{ policies: { id: text }, thresholds, owners, monitored? }`. Throws `policy_invalid`. */
export function createBundleCheck(
  engine: CedarEngine,
  floor: PolicyTexts,
  tools: ToolStore,
  inspect: Inspect,
) {
  return async (tenant: string, documents: JsonObject, place: Place): Promise<Checked> => {
    const { policies, thresholds, owners, monitored } = documents
    const draft: BundleDraft = {
      floor,
      policies: textsOf(policies),
      actions: await actionsOf(tools, tenant),
      thresholds: readThresholds('thresholds', thresholds ?? null),
      owners: readOwners('owners', owners ?? null),
      monitored: readMonitored('monitored', monitored ?? []),
    }
    const bundle = makeBundle(draft, { ...place, engine: engine.versions() })
    const findings = await inspect(bundle)
    return { text: canonicalText(bundle), digest: bundleDigestOf(bundle), findings }
  }
}

/** The documents a stored bundle was made of: to publish them again with more actions. */
export function documentsOf(text: string): JsonObject {
  const { policies, thresholds, owners, monitored } = JSON.parse(text) as Bundle
  return JSON.parse(canonicalText({ policies, thresholds, owners, monitored })) as JsonObject
}

/** Whether a stored bundle has the product's present floor and declares every action of the reviewed tools. */
export async function isUpToDate(
  text: string,
  floor: PolicyTexts,
  tools: ToolStore,
  tenant: string,
): Promise<boolean> {
  const bundle = JSON.parse(text) as Bundle
  if (canonicalText(bundle.floor) !== canonicalText(floor)) return false
  const declared = new Set(bundle.actions.map(nameOf))
  return (await actionsOf(tools, tenant)).every((action) => declared.has(nameOf(action)))
}

const nameOf = ({ action, effect }: ActionClass): string => `${action}/${effect}`

async function actionsOf(tools: ToolStore, tenant: string): Promise<readonly ActionClass[]> {
  const all = await tools.list(tenant)
  const actions = all.flatMap((tool) =>
    tool.reviewed === undefined ? [] : actionsOfReview(tool.reviewed),
  )
  return [...new Map(actions.map((each) => [nameOf(each), each])).values()]
}

function textsOf(value: JsonValue | undefined): PolicyTexts {
  if (!isObject(value) || Object.values(value).some((text) => typeof text !== 'string')) {
    throw new Failure('policy_invalid', '"policies" must map policy ids to texts')
  }
  return value as PolicyTexts
}
