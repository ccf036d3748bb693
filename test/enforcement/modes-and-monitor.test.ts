import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentsOf } from '../../src/adapters/bundle-check.ts'
import { changeAgentMode } from '../../src/command/change-agent.ts'
import { publishPolicy } from '../../src/command/publish-policy.ts'
import type { AgentMode } from '../../src/identity/agent.ts'
import type { JsonValue } from '../../src/kernel/strict-json.ts'
import { readEntry } from '../../src/ledger/read-entry.ts'
import { TENANT } from '../../src/wiring.ts'
import { saidBy } from '../harness/agent-client.ts'
import { type NetPlane, startNetPlane } from '../harness/net-plane.ts'

const BY = { kind: 'system', part: 'test' } as const
let net: NetPlane
beforeAll(async () => {
  net = await startNetPlane()
}, 60_000)
afterAll(() => net?.plane.close())

async function inMode(mode: AgentMode) {
  const agent = await net.newAgent()
  const deps = net.plane.gateway.parts.restParts
  await changeAgentMode(deps, { tenant: TENANT, by: BY, agentId: agent.agent.id, mode })
  return agent
}

/** The data of every decision about the call, as the ledger has it. */
async function decisionsOn(callId: string): Promise<readonly Record<string, unknown>[]> {
  const entries = await net.plane.gateway.parts.store.ledger.entriesOfCase(TENANT, net.plane.caseId)
  return entries.flatMap(({ bytes }) => {
    const read = readEntry(bytes)
    if (!read.ok) throw new Error(read.fault)
    const { type, call, data } = read.entry
    return type === 'tool.call.decided' && call === callId ? [data] : []
  })
}

describe('the mode of an agent', () => {
  it.each([
    // DESIGN 5, row by row: what a read, a note and a block become.
    ['shadow', [undefined, 'shadow_recorded', 'shadow_recorded']],
    ['advisory', [undefined, undefined, 'mode_forbids']],
    ['supervised', [undefined, undefined, 'pending_approval']],
    ['delegated', [undefined, undefined, 'pending_approval']],
  ] as const)(
    '%s decides what runs, what is only recorded and what waits [R50]',
    async (mode, expected) => {
      const agent = await inMode(mode)
      const target = net.address()
      const answers = [
        saidBy(await agent.call('net__look', { target })),
        saidBy(await agent.call('net__note', { text: 'x' })),
        saidBy(await agent.call('net__block', { target })),
      ]
      const codes = answers.map((said) => said?.code ?? said?.status)
      expect(codes).toEqual(expected)
      for (const said of answers) {
        if (said === undefined) continue
        const [decision] = await decisionsOn(said.call_id ?? '')
        expect(decision).toMatchObject({ mode, enforced: true })
      }
      await agent.close()
    },
    60_000,
  )
})

describe('a monitored class', () => {
  it('is decided and recorded, says so loudly, and lets the call pass; the floor stays', async () => {
    await monitor('deny:ipv4_net')
    const agent = await net.newAgent()
    const target = net.address()
    const result = await agent.call('net__block', { target })
    expect(saidBy(result)).toBeUndefined()
    expect(net.ran(target)).toBe(1)
    expect(JSON.stringify(result._meta)).toContain('countersign/monitored')
    const call = String(result._meta?.['countersign/call'])
    expect(await decisionsOn(call)).toMatchObject([{ decision: 'hold', enforced: false }])
    const shadowed = await inMode('shadow')
    expect(saidBy(await shadowed.call('net__block', { target }))).toMatchObject({
      code: 'shadow_recorded',
    })
    await agent.close()
    await shadowed.close()
  }, 60_000)
})

describe('a policy engine that fails', () => {
  it('denies, with a code of its own, and the ledger has it', async () => {
    const spine = net.plane.gateway.parts.spine as { bundleAt: unknown }
    const { bundleAt } = spine
    const real = bundleAt as (tenant: string, revision: number) => Promise<object | undefined>
    spine.bundleAt = async (tenant: string, revision: number) => ({
      ...(await real(tenant, revision)),
      engine: { evaluate: () => ({ kind: 'error', detail: 'the engine trapped' }) },
    })
    const agent = await net.newAgent()
    const said = saidBy(await agent.call('net__look', { target: net.address() }))
    spine.bundleAt = bundleAt
    expect(said).toMatchObject({ status: 'refused', code: 'policy_error' })
    expect(await decisionsOn(said?.call_id ?? '')).toMatchObject([
      { decision: 'deny', reason: 'policy_error' },
    ])
    await agent.close()
  }, 60_000)
})

async function monitor(action: string): Promise<void> {
  const deps = net.plane.gateway.parts.restParts
  const active = await deps.bundles.active(TENANT)
  const expiresAtMs = net.plane.clock.nowMs() + 3_600_000
  const rule = { action, expiresAtMs, owner: 'soc-operations', reason: 'a trial of one hour' }
  const monitored: JsonValue = [rule]
  const documents = { ...documentsOf(active?.text ?? ''), monitored }
  await publishPolicy(deps, { tenant: TENANT, by: BY, documents })
}
