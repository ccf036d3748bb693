/**
 * A backend that mints a token for each lease, good for one tool, its targets and a time, and that can be switched
 * off. Its own list says what is alive, whatever the gateway believes.
 */
import { Failure } from '../../src/kernel/failure.ts'
import { sealIn } from '../../src/lease/material.ts'
import type { BrokerCapabilities, CredentialBroker, IssueRequest } from '../../src/lease/ports.ts'

type Minted = { readonly token: string; readonly request: IssueRequest; readonly endsAtMs: number }

export type MintingBroker = Required<Pick<CredentialBroker, 'reconcile'>> &
  CredentialBroker & {
    /** Tokens nobody has taken back. */
    readonly alive: () => readonly Minted[]
    readonly issued: () => readonly IssueRequest[]
    /** Whether the token may be used for this now. */
    readonly accepts: (token: string, tool: string, target: unknown) => boolean
    /** What it does from now on. `mute`: takes the request, does it, and never answers. */
    readonly be: (mood: 'well' | 'away' | 'refusing' | 'mute') => void
    readonly revocations: () => readonly string[]
    /** Something at the backend under a name nobody asked for here. */
    readonly leave: (lease: string) => void
  }

const ABLE: BrokerCapabilities = {
  perTask: true,
  downscopes: true,
  revokesNow: true,
  killsSessions: false,
  minTtlMs: 1_000,
  maxTtlMs: 120_000,
}

export function mintingBroker(
  nowMs: () => number,
  capabilities: Partial<BrokerCapabilities> = {},
): MintingBroker {
  const minted = new Map<string, Minted>()
  const strangers = new Set<string>()
  const issued: IssueRequest[] = []
  const revocations: string[] = []
  let mood: Parameters<MintingBroker['be']>[0] = 'well'
  const answer = async (): Promise<void> => {
    if (mood === 'away') throw new Failure('broker_unreachable', 'the mint is away')
    if (mood === 'refusing') throw new Failure('broker_refused', 'the mint refuses')
    if (mood === 'mute') await new Promise<never>(() => undefined)
  }
  return {
    id: 'mint',
    kind: 'vault',
    capabilities: { ...ABLE, ...capabilities },
    issue: async (request) => {
      if (mood === 'away' || mood === 'refusing') await answer()
      issued.push(request)
      const token = `canary-${crypto.randomUUID()}`
      const endsAtMs = nowMs() + request.ttlMs
      minted.set(request.lease, { token, request, endsAtMs })
      await answer()
      return {
        material: sealIn({ token }),
        handle: `handle-${request.lease}`,
        expiresAtMs: request.nowMs + request.ttlMs,
        residualUntilMs: endsAtMs,
      }
    },
    revoke: async ({ id }) => {
      await answer()
      revocations.push(id)
      minted.delete(id)
      strangers.delete(id)
      return { isRevoked: true }
    },
    reconcile: async function* () {
      await answer()
      for (const lease of [...minted.keys(), ...strangers]) yield { lease }
    },
    alive: () => [...minted.values()],
    issued: () => issued,
    revocations: () => revocations,
    leave: (lease) => void strangers.add(lease),
    accepts: (token, tool, target) =>
      [...minted.values()].some(
        (one) =>
          one.token === token &&
          one.endsAtMs > nowMs() &&
          one.request.scope.tool === `edr__${tool}` &&
          one.request.scope.targets.every(({ id }) => id === target),
      ),
    be: (next) => {
      mood = next
    },
  }
}
