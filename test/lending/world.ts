/** A gateway whose tools want a borrowed credential, and what its ledger says of one call. */

import { boundedBroker } from '../../src/adapters/bounded-broker.ts'
import type { BrokerSpec } from '../../src/adapters/broker-spec.ts'
import { sealSecret } from '../../src/command/seal-secret.ts'
import { endLeases } from '../../src/enforcement/end-leases.ts'
import type { Notice } from '../../src/kernel/notice.ts'
import type { Placement } from '../../src/lease/placement.ts'
import type { BrokerCapabilities, CredentialBroker } from '../../src/lease/ports.ts'
import { TENANT } from '../../src/wiring.ts'
import { type AgentClient, connectAgent } from '../harness/agent-client.ts'
import { ENTRIES, reviewAll } from '../harness/any-tools.ts'
import { type GuardedCall, type GuardedTools, guardedTools } from '../harness/guarded-tools.ts'
import { type MintingBroker, mintingBroker } from '../harness/minting-broker.ts'
import { type Plane, type PlaneOptions, startPlane, taskToken } from '../harness/plane.ts'
import { type RecordedEntry, readRecord } from '../promises-e2e/record.ts'

export const KEY = 'canary-9b1f-key-of-the-edr'
export const TOOLS = [
  { name: 'look', entry: ENTRIES.read },
  { name: 'peek', entry: ENTRIES.read },
  { name: 'block', entry: ENTRIES.block },
  { name: 'unblock', entry: ENTRIES.unblock },
]
const BROKERS: readonly BrokerSpec[] = [{ id: 'edr-key', kind: 'sealed', secret: 'edr' }]

export type LendingWorld = {
  readonly plane: Plane
  readonly tools: GuardedTools
  readonly agent: AgentClient
  readonly record: () => Promise<readonly RecordedEntry[]>
  readonly close: () => Promise<void>
}

export type LendingOptions = PlaneOptions & {
  readonly mayCall?: (call: GuardedCall) => boolean
  readonly placement?: Placement
  readonly brokers?: readonly CredentialBroker[]
  readonly broker?: string
  readonly maxTtlMs?: number
  /** Value of the sealed secret; none is sealed when null. */
  readonly secret?: string | null
}

/** Unless told otherwise: a sealed key that the tool wants in the header `x-api-key`. */
export async function openLending(options: LendingOptions = {}): Promise<LendingWorld> {
  const mayCall = options.mayCall ?? (({ headers }) => headers['x-api-key'] === KEY)
  const tools = await guardedTools('edr', TOOLS, mayCall)
  const { broker = 'edr-key', maxTtlMs = 300_000, secret = KEY } = options
  const placement = options.placement ?? { kind: 'headers', headers: { 'X-Api-Key': 'key' } }
  const rule = { upstream: 'edr', tools: ['*'], broker, placement, maxTtlMs, audience: tools.url }
  const plane = await startPlane({
    ...options,
    upstreams: [tools.config],
    config: { brokers: BROKERS, lending: [rule], ...options.config },
  }).catch((error: unknown) => {
    tools.close()
    throw error
  })
  await reviewAll(plane, tools)
  if (secret !== null) await putSecret(plane, secret)
  const agent = await connectAgent(plane.gateway.baseUrl, await taskToken(plane))
  return {
    plane,
    tools,
    agent,
    record: () => readRecord(plane, 'INC-482'),
    close: async () => {
      await agent.close()
      await plane.close()
      tools.close()
    },
  }
}

export async function putSecret(plane: Plane, key: string, name = 'edr'): Promise<void> {
  await sealSecret(plane.gateway.parts.restParts, {
    tenant: TENANT,
    by: { kind: 'person', person: plane.petra },
    name,
    fields: { key },
  })
}

export type MintWorld = LendingWorld & { readonly mint: MintingBroker }

/** Each call with a token minted for it, which the tool takes for that tool and target only. */
export async function openMint(
  options: LendingOptions & { readonly able?: Partial<BrokerCapabilities> } = {},
): Promise<MintWorld> {
  let world: LendingWorld | undefined
  const mint = mintingBroker(() => world?.plane.clock.nowMs() ?? Date.now(), options.able)
  world = await openLending({
    broker: 'mint',
    placement: { kind: 'bearer', field: 'token' },
    secret: null,
    ...options,
    brokers: [boundedBroker(mint, { callMs: MUTE_MS })],
    mayCall: ({ name, arguments: args, headers }) => {
      const token = headers.authorization?.replace('Bearer ', '') ?? ''
      if (name === '') return mint.alive().some((one) => one.token === token)
      return mint.accepts(token, name, args.target)
    },
  })
  return { ...world, mint }
}

/** How long a broker that does not answer is waited for. */
const MUTE_MS = 100

/** One round of what the timers do all the time. */
export function takeBack({ plane }: Pick<LendingWorld, 'plane'>): Promise<number> {
  return endLeases(plane.gateway.parts.spine, new AbortController().signal)
}

/** The entries of the last call, in order, without what is the same in every test. */
export function typesOf(record: readonly RecordedEntry[]): readonly string[] {
  return record.map(({ type }) => type).filter((type) => /^(tool\.call|lease)\./.test(type))
}

/** Notices that are put from now on. */
export function watchNotices({ gateway }: Pick<Plane, 'gateway'>): readonly Notice[] {
  const { spine } = gateway.parts
  const { notices } = spine
  const seen: Notice[] = []
  const put: typeof notices.put = async (tx, notice) => {
    seen.push(notice)
    await notices.put(tx, notice)
  }
  Object.assign(spine, { notices: { ...notices, put } })
  return seen
}
