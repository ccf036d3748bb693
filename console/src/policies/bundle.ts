/** The parts of a bundle this page shows (policy/bundle.ts at the gateway). A part that is missing is shown as missing. */

import { queryOptions } from '@tanstack/react-query'
import { get } from '../api/client.ts'
import type { ActiveBundle, Bundle } from '../api/wire.ts'

export type Thresholds = {
  readonly version: string
  readonly owner: string
  readonly rationale: string
  readonly effectiveFrom: string
  readonly reviewBy: string
  readonly targetLimit: Readonly<Record<string, number>>
  readonly criticalFrom: number
  readonly severeUpTo: number
  readonly chatMayApprove?: readonly string[]
}
export type Owner = { readonly class: string; readonly environment?: string; readonly role: string }
export type Limit = {
  readonly role: string
  readonly upTo: string
  readonly maxCriticality: number
  readonly maxTargets: number
  readonly environments?: readonly string[]
}
export type Monitored = {
  readonly action: string
  readonly expiresAtMs: number
  readonly owner: string
  readonly reason: string
}
export type ActionClass = { readonly action: string; readonly effect: string }

export type Policy = Bundle & {
  readonly floor: Readonly<Record<string, string>>
  readonly policies: Readonly<Record<string, string>>
  readonly actions: readonly ActionClass[]
  readonly thresholds: Thresholds | undefined
  readonly owners: readonly Owner[]
  readonly limits: readonly Limit[]
  readonly monitored: readonly Monitored[]
}

export const policyQuery = queryOptions({
  queryKey: ['policy', 'active'],
  queryFn: async ({ signal }): Promise<Policy> => {
    const active = await get<ActiveBundle>('/api/v1/policies/active', signal)
    const held = active.bundle as unknown as Partial<Policy>
    const { floor = {}, policies = {}, actions = [], thresholds } = held
    const { owners = [], limits = [], monitored = [] } = held
    return { ...active, floor, policies, actions, thresholds, owners, limits, monitored }
  },
  retry: false,
})

export const bundlesQuery = queryOptions({
  queryKey: ['policy', 'all'],
  queryFn: async ({ signal }) =>
    (await get<{ bundles: Bundle[] }>('/api/v1/policies', signal)).bundles,
})
