/**
 * What stands in the way of an agent that is to act on standing plans (R51): an audit trail that cannot be signed, a
 * tool from `write` up that nothing takes back and nobody answers for, a class nobody could own.
 */
import { classesOf } from '../catalogue/classification.ts'
import type { ToolStore } from '../catalogue/ports.ts'
import { atLeast, type Tool } from '../catalogue/tool.ts'
import { type Agent, isGranted } from '../identity/agent.ts'
import { codeOf } from '../kernel/failure.ts'
import type { LedgerReader } from '../ledger/ports.ts'
import type { HeldClass } from '../policy/held.ts'
import { unownedText } from '../roster/unowned.ts'
import { type OwnersDeps, unresolvedOwners } from './unresolved-owners.ts'

export type ReadyDeps = OwnersDeps & {
  readonly tools: ToolStore
  readonly ledger: Pick<LedgerReader, 'head'>
  /** A signed checkpoint that covers the entry. Throws when there is none to be had. */
  readonly checkpointCovering: (tenant: string, index: number) => Promise<unknown>
  readonly policyDesk: { readonly heldClasses: (tenant: string) => Promise<readonly HeldClass[]> }
}

/** The first gap, in words that name it; undefined when there is none. */
export async function delegationGap(deps: ReadyDeps, agent: Agent): Promise<string | undefined> {
  return (
    (await auditGap(deps, agent)) ?? (await toolGap(deps, agent)) ?? (await ownerGap(deps, agent))
  )
}

async function auditGap(deps: ReadyDeps, { tenant }: Agent): Promise<string | undefined> {
  try {
    const { size } = await deps.ledger.head(tenant)
    await deps.checkpointCovering(tenant, size - 1)
    return undefined
  } catch (error) {
    return `the audit trail is not healthy (${codeOf(error)})`
  }
}

async function toolGap(deps: ReadyDeps, agent: Agent): Promise<string | undefined> {
  const tools = await deps.tools.list(agent.tenant)
  const open = tools.find(
    (tool) => isGranted(agent.grants, tool.upstream, tool.name) && !canBeTakenBack(tool),
  )
  return open === undefined ? undefined : `${open.exposedName} has neither a way back nor a waiver`
}

/** A tool nobody reviewed is blocked whoever calls it. */
function canBeTakenBack({ reviewed }: Tool): boolean {
  if (reviewed === undefined || reviewed.entry.waiver !== undefined) return true
  return classesOf(reviewed).every(
    ({ effect, reversibility, inverse }) =>
      !atLeast(effect, 'write') ||
      reversibility === 'time-limited' ||
      (inverse !== undefined && reversibility !== 'irreversible'),
  )
}

async function ownerGap(deps: ReadyDeps, { tenant }: Agent): Promise<string | undefined> {
  try {
    const held = await deps.policyDesk.heldClasses(tenant)
    const { unowned } = await unresolvedOwners(deps, tenant, held)
    return unowned[0] === undefined ? undefined : unownedText(unowned[0])
  } catch (error) {
    return `no owner can be resolved (${codeOf(error)})`
  }
}
