/** An installation as the doctor asks it: through its gateway while that runs, else from the data directory. */
import { openPolicy } from '../adapters/open-policy.ts'
import { createPolicyDesk } from '../adapters/policy-desk.ts'
import { CHANGE_KINDS, type ChangeKind } from '../command/change-kinds.ts'
import { secondPeople } from '../command/govern-change.ts'
import { DEFAULT_WEEKS, reportCoverage } from '../command/report-coverage.ts'
import type { Config } from '../config.ts'
import { reviewList } from '../contract/authority.ts'
import { governance } from '../contract/changes.ts'
import { ledgerReport } from '../contract/ledger.ts'
import { leaseList, secretList } from '../contract/lending.ts'
import { deliveryList } from '../contract/notices.ts'
import { certificateList, onDuty, personList } from '../contract/people.ts'
import { activeBundle } from '../contract/policies.ts'
import { coverageReport } from '../contract/roster.ts'
import { toolList } from '../contract/tools.ts'
import { canonicalText } from '../kernel/canonical-json.ts'
import { codeOf } from '../kernel/failure.ts'
import { TENANT } from '../wiring.ts'
import type { LogCheck } from './check-directory.ts'
import { openDirectory } from './check-directory.ts'
import type { GatewayClient } from './gateway-client.ts'

export type Installation = {
  /** Canonical text of the active bundle; undefined when none is active. */
  readonly bundleText: () => Promise<string | undefined>
  readonly people: () => Promise<
    readonly {
      readonly id: string
      readonly name: string
      readonly roles: readonly string[]
      readonly state: string
    }[]
  >
  readonly onDuty: (
    atMs: number,
  ) => Promise<readonly { readonly role: string; readonly person: string }[]>
  /** Ends of the certificates of a person. */
  readonly certified: (person: string) => Promise<readonly number[]>
  /** Gaps of the month ahead, roles and spans only, and feeds that cannot be read. */
  readonly coverage: () => Promise<{
    readonly fromMs: number
    readonly gaps: readonly { readonly role: string; readonly fromMs: number }[]
    readonly staleFeeds: readonly string[]
  }>
  /** The newest messages to people in this state. */
  readonly deliveries: (state: 'due' | 'dead') => Promise<
    readonly {
      readonly channel: string
      readonly createdAtMs: number
      readonly error?: string | undefined
    }[]
  >
  /** Which changes one person can still make alone, and how many made alone nobody has reviewed. */
  readonly governance: () => Promise<{
    readonly unproven: readonly string[]
    readonly unreviewed: number
  }>
  /** Decisions still to be looked at again. */
  readonly openReviews: () => Promise<readonly { readonly dueAtMs: number }[]>
  /** What is borrowed and not taken back. */
  readonly leases: () => Promise<
    readonly { readonly broker: string; readonly endsAtMs: number; readonly isStuck: boolean }[]
  >
  /** Secrets kept here. */
  readonly secrets: () => Promise<readonly { readonly name: string; readonly sealedAtMs: number }[]>
  readonly blockedTools: () => Promise<readonly string[]>
  readonly checkLog: () => Promise<LogCheck>
  /** How far the clock of this machine is ahead of the database's, ms; undefined through a gateway. */
  readonly skewMs: () => Promise<number | undefined>
  readonly close: () => Promise<void>
}

/** A running gateway, asked as a person who may read. */
export function runningInstallation(gateway: GatewayClient): Installation {
  return {
    bundleText: async () => {
      try {
        return canonicalText((await gateway.get('/api/v1/policies/active', activeBundle)).bundle)
      } catch (error) {
        if (codeOf(error) === 'not_found') return undefined
        throw error
      }
    },
    people: async () => (await gateway.get('/api/v1/people', personList)).people,
    onDuty: async (atMs) => (await gateway.get(`/api/v1/roster?at_ms=${atMs}`, onDuty)).shifts,
    certified: async (person) => {
      const held = await gateway.get(`/api/v1/people/${person}/certificates`, certificateList)
      return held.certificates.map((each) => each.expires_at_ms)
    },
    coverage: async () => {
      const report = await gateway.get('/api/v1/roster/coverage', coverageReport)
      const gaps = report.gaps.map(({ role, from_ms: fromMs }) => ({ role, fromMs }))
      return { fromMs: report.from_ms, gaps, staleFeeds: report.stale_feeds }
    },
    deliveries: async (state) => {
      const path = `/api/v1/deliveries?state=${state}`
      const { deliveries } = await gateway.get(path, deliveryList)
      return deliveries.map(({ channel, created_at_ms: createdAtMs, error }) => ({
        channel,
        createdAtMs,
        error,
      }))
    },
    governance: async () => {
      const { kinds, unreviewed } = await gateway.get('/api/v1/governance', governance)
      const unproven = kinds.filter(({ governed }) => !governed).map(({ kind }) => kind)
      return { unproven, unreviewed: unreviewed.length }
    },
    openReviews: async () => {
      const { reviews } = await gateway.get('/api/v1/reviews?state=open', reviewList)
      return reviews.map(({ due_at_ms: dueAtMs }) => ({ dueAtMs }))
    },
    leases: async () => {
      const { leases } = await gateway.get('/api/v1/leases', leaseList)
      return leases.map(({ broker, expires_at_ms: endsAtMs, stuck: isStuck }) => {
        return { broker, endsAtMs, isStuck }
      })
    },
    secrets: async () => {
      const { secrets } = await gateway.get('/api/v1/secrets', secretList)
      return secrets.map(({ name, sealed_at_ms: sealedAtMs }) => ({ name, sealedAtMs }))
    },
    blockedTools: async () => {
      const { tools } = await gateway.get('/api/v1/tools', toolList)
      return tools.filter(({ status }) => status === 'quarantined').map((tool) => tool.exposed_name)
    },
    checkLog: () => gateway.get('/api/v1/ledger/check', ledgerReport),
    skewMs: async () => undefined,
    close: async () => {},
  }
}

/** A data directory nobody uses. Throws what the start of a store refuses: lock, durability, schema, witness. */
export async function storedInstallation(config: Config): Promise<Installation> {
  const { store, checkLog } = await openDirectory(config)
  return {
    bundleText: async () => (await store.bundles.active(TENANT))?.text,
    people: () => store.people.list(TENANT),
    onDuty: (atMs) => store.roster.onDuty(TENANT, atMs),
    certified: async (person) =>
      (await store.people.certificates(TENANT, person)).map((each) => each.expiresAtMs),
    coverage: () => {
      const policy = openPolicy(config, store)
      const { heldClasses } = createPolicyDesk(policy.cache, policy.checkBundle, policy.tableTests)
      const deps = { ...store, heldClasses, nowMs: () => Date.now() }
      return reportCoverage(deps, TENANT, DEFAULT_WEEKS)
    },
    deliveries: (state) => store.notices.deliveries(TENANT, { state, limit: 100 }),
    governance: async () => {
      const kinds = Object.keys(CHANGE_KINDS) as ChangeKind[]
      const unproven: string[] = []
      for (const kind of kinds) {
        if ((await secondPeople(store, TENANT, kind, undefined)).length < 2) unproven.push(kind)
      }
      return { unproven, unreviewed: (await store.governed.list(TENANT, 'alone')).length }
    },
    openReviews: () => store.reviews.reviews(TENANT, 'open'),
    leases: async () =>
      (await store.brokeredLeases.alive(TENANT)).map(({ broker, expiresAtMs, isStuck }) => {
        return { broker, endsAtMs: expiresAtMs, isStuck }
      }),
    secrets: () => store.secrets.list(TENANT),
    blockedTools: async () => {
      const tools = await store.tools.list(TENANT)
      return tools.filter(({ status }) => status === 'quarantined').map((tool) => tool.exposedName)
    },
    checkLog,
    skewMs: () => store.skewMs(),
    close: () => store.close(),
  }
}
