/**
 * Makes a bundle the active policy. The bundle is read, linted and loaded before anything changes; a sequence
 * only ever rises by one and names its parent. A class that waits for people has somebody who can own it, or the
 * bundle is not published (R126); the entry says so either way.
 */
import type { Digest } from '../kernel/digest.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { isObject, type JsonObject } from '../kernel/strict-json.ts'
import type { Finding } from '../policy/finding.ts'
import type { HeldClass } from '../policy/held.ts'
import type { BundleStore, StoredBundle } from '../policy/store.ts'
import type { CommandBase, Doer } from './base.ts'
import { actorOf, commitUnchanged, draft } from './base.ts'
import { requirePermission } from './permissions.ts'
import { type OwnersDeps, ownerFindings, unresolvedOwners } from './unresolved-owners.ts'

/** Where in a tenant's line of bundles the checked one would stand. */
export type BundlePlace = { readonly sequence: number; readonly parent?: Digest }

export type CheckedBundle = {
  /** Canonical JSON of the whole bundle, as it would be stored. */
  readonly text: string
  readonly digest: Digest
  /** Any `error` among them keeps the bundle from being published. */
  readonly findings: readonly Finding[]
  /** What the bundle holds for people; nothing while it has an error. */
  readonly held: () => readonly HeldClass[]
}

/**
 * Seals policy documents (`{ policies, thresholds, owners, monitored? }`) into a bundle and checks it as it will
 * be loaded: lint, strict validation, canaries. Throws `policy_invalid` when a document cannot even be read.
 */
export type CheckBundle = (
  tenant: string,
  documents: JsonObject,
  place: BundlePlace,
) => Promise<CheckedBundle>

export type PolicyDeps = CommandBase &
  OwnersDeps & {
    readonly bundles: BundleStore
    readonly checkBundle: CheckBundle
  }

export type PublishPolicyInput = {
  readonly tenant: string
  readonly by: Doer
  readonly documents: JsonObject
}

export type PublishedPolicy = {
  readonly bundle: StoredBundle
  readonly findings: readonly Finding[]
  readonly receipt: Receipt
}

/** What publishing would say, without publishing. Throws `policy_invalid`. */
export async function checkPolicy(
  deps: Pick<PolicyDeps, 'bundles' | 'checkBundle' | 'people' | 'nowMs'>,
  tenant: string,
  documents: JsonObject,
): Promise<CheckedBundle> {
  const checked = await deps.checkBundle(
    tenant,
    documents,
    placeAfter(await deps.bundles.active(tenant)),
  )
  const owners = await unresolvedOwners(deps, tenant, checked.held())
  return { ...checked, findings: [...checked.findings, ...ownerFindings(owners)] }
}

/**
 * Throws `not_permitted`, `policy_invalid`, `owner_unresolved` (naming class and role), `conflict` (somebody
 * published meanwhile).
 */
export function publishPolicy(
  deps: PolicyDeps,
  input: PublishPolicyInput,
): Promise<PublishedPolicy> {
  requireInEffect(input.documents, deps.nowMs())
  return publish(deps, input, requireOwned)
}

/**
 * For a first start and for a bundle that lacks the present floor: without one of them nothing would be decided at all.
 * Whoever is missing, it is published, and the entry says so. Throws what `publishPolicy` does but `owner_unresolved`.
 */
export function publishUnowned(
  deps: PolicyDeps,
  input: PublishPolicyInput,
): Promise<PublishedPolicy> {
  return publish(deps, input, () => undefined)
}

/** What is published decides from now on, so thresholds that say they begin later are not published yet (R35). */
function requireInEffect({ thresholds }: JsonObject, nowMs: number): void {
  const from = isObject(thresholds) ? thresholds.effectiveFrom : undefined
  const today = new Date(nowMs).toISOString().slice(0, 10)
  if (typeof from !== 'string' || from <= today) return
  throw new Failure('policy_invalid', `the thresholds are in effect from ${from}, not yet`)
}

function versionOf({ thresholds }: JsonObject): { readonly thresholds?: string } {
  const version = isObject(thresholds) ? thresholds.version : undefined
  return typeof version === 'string' ? { thresholds: version } : {}
}

function requireOwned(missing: readonly Finding[]): void {
  const first = missing.find(({ severity }) => severity === 'error')
  if (first === undefined) return
  const more = missing.length > 1 ? ` (and ${missing.length - 1} more)` : ''
  throw new Failure('owner_unresolved', `${first.detail}${more}`)
}

async function publish(
  deps: PolicyDeps,
  input: PublishPolicyInput,
  judge: (missing: readonly Finding[]) => void,
): Promise<PublishedPolicy> {
  requirePermission(input.by, 'policy.publish')
  const { tenant, by } = input
  const people = await deps.people.list(tenant)
  const rested = ['policy', ...people.map(({ id }) => `person/${id}`)]
  const committed = await commitUnchanged(deps, tenant, rested, async () => {
    const place = placeAfter(await deps.bundles.active(tenant))
    const checked = await deps.checkBundle(tenant, input.documents, place)
    const fault = checked.findings.find((finding) => finding.severity === 'error')
    if (fault !== undefined) {
      throw new Failure('policy_invalid', `${fault.policy}: ${fault.code}: ${fault.detail}`)
    }
    const missing = ownerFindings(await unresolvedOwners(deps, tenant, checked.held()))
    judge(missing)
    const bundle: StoredBundle = {
      tenant,
      sequence: place.sequence,
      digest: checked.digest,
      text: checked.text,
      publishedBy: by.kind === 'person' ? by.person.id : by.part,
      publishedAtMs: deps.nowMs(),
    }
    return async (tx) => {
      const { sequence, parent } = place
      const entry = draft(deps, 'policy.published', actorOf(by), {
        data: {
          bundle: bundle.digest,
          sequence,
          proven: false,
          owned: missing.length === 0,
          ...(parent === undefined ? {} : { parent }),
          ...versionOf(input.documents),
        },
      })
      await deps.bundles.publish(tx, { ...bundle, entry: entry.id })
      return { value: { bundle, findings: [...checked.findings, ...missing] }, entries: [entry] }
    }
  })
  return { ...committed.value, receipt: committed.receipts[0] }
}

function placeAfter(active: StoredBundle | undefined): BundlePlace {
  return active === undefined
    ? { sequence: 1 }
    : { sequence: active.sequence + 1, parent: active.digest }
}
