/**
 * Seals policy documents into a bundle and checks it the way it will be loaded. The actions a bundle declares are
 * those of the reviewed tools, so that policy speaks of what can happen here.
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
  ownersIn,
  type PolicyTexts,
} from '../policy/bundle.ts'
import { readLimits, readMonitored, readOwners, readThresholds } from '../policy/documents.ts'
import type { Finding } from '../policy/finding.ts'
import { type HeldClass, heldClasses } from '../policy/held.ts'
import { checkBundle } from './cedar-check.ts'
import type { CedarEngine } from './cedar-engine.ts'

type Place = { readonly sequence: number; readonly parent?: Digest }
type Checked = {
  readonly text: string
  readonly digest: Digest
} & Inspected

type Inspected = {
  readonly findings: readonly Finding[]
  /** What it holds for people; nothing while it has an error. */
  readonly held: () => readonly HeldClass[]
}

/** How a sealed bundle is looked at. */
export type Inspect = (bundle: Bundle) => Promise<Inspected>

/** For text a person wrote: in a thread that it may stop, with the answers of the whole pack. */
export function inspectApart(floor: PolicyTexts): Inspect {
  return async (bundle) => {
    const { findings, held } = await checkBundle({ floor, bundle, cases: [] })
    return { findings, held: () => held }
  }
}

/**
 * For text that was shipped or published before: lint and strict validation in this process, so that a first
 * start does not wait for a second engine.
 */
export function inspectHere(engine: CedarEngine): Inspect {
  return async (bundle) => ({
    findings: engine.inspect(bundle).findings,
    held: () => heldClasses(engine.loadBundle(bundle)),
  })
}

/** `documents` is `{ policies: { id: text }, thresholds, owners, limits, monitored? }`. Throws `policy_invalid`. */
export function createBundleCheck(
  engine: CedarEngine,
  floor: PolicyTexts,
  tools: ToolStore,
  inspect: Inspect,
) {
  return async (tenant: string, documents: JsonObject, place: Place): Promise<Checked> => {
    const { policies, thresholds, owners, limits, monitored } = documents
    const draft: BundleDraft = {
      floor,
      policies: textsOf(policies),
      actions: await actionsOf(tools, tenant),
      thresholds: readThresholds('thresholds', thresholds ?? null),
      owners: ownersIn(tenant, readOwners('owners', owners ?? null)),
      limits: readLimits('limits', limits ?? null),
      monitored: readMonitored('monitored', monitored ?? []),
    }
    const bundle = makeBundle(draft, { ...place, engine: engine.versions() })
    const inspected = await inspect(bundle)
    return { text: canonicalText(bundle), digest: bundleDigestOf(bundle), ...inspected }
  }
}

/** The documents a stored bundle was made of: to publish them again with more actions. */
export function documentsOf(text: string): JsonObject {
  const { policies, thresholds, owners, limits, monitored } = JSON.parse(text) as Bundle
  return JSON.parse(
    canonicalText({ policies, thresholds, owners, limits, monitored }),
  ) as JsonObject
}

/** What a stored bundle lacks: the product's present floor, or an action of a reviewed tool; undefined: nothing. */
export async function lackOf(
  text: string,
  floor: PolicyTexts,
  tools: ToolStore,
  tenant: string,
): Promise<'floor' | 'action' | undefined> {
  const bundle = JSON.parse(text) as Bundle
  if (canonicalText(bundle.floor) !== canonicalText(floor)) return 'floor'
  const declared = new Set(bundle.actions.map(nameOf))
  const isComplete = (await actionsOf(tools, tenant)).every((one) => declared.has(nameOf(one)))
  return isComplete ? undefined : 'action'
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
