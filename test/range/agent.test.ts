import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { sortAnswer } from '../../range/agent-session.ts'
import { generateOpensshLog } from '../../range/openssh-log.ts'
import { probe } from '../../range/probe-client.ts'
import { type PlainGateway, type PlainGatewayOptions, startPlainGateway } from './plain-gateway.ts'
import { type Practice, startPractice } from './practice.ts'

type Story = { readonly step: string; readonly text: string } & Record<string, unknown>
type Run = { readonly code: number | null; readonly events: readonly Story[] }

/** The story in words, for the message of a failing test. */
const told = (run: Run) => run.events.map((event) => event.text).join('\n')
const step = (run: Run, name: string) => run.events.find((event) => event.step === name)

describe('an answer', () => {
  const pending = { status: 'pending_approval', approval_id: 'a-1' }
  const line = { type: 'text', text: `Not done yet.\n${JSON.stringify({ countersign: pending })}` }

  it('is pending wherever the gateway says so: as an error, as text, as structured content', () => {
    const expected = { kind: 'pending', approvalId: 'a-1' }
    expect(sortAnswer({ content: [line], isError: true })).toMatchObject(expected)
    expect(sortAnswer({ content: [line] })).toMatchObject(expected)
    const structuredContent = { countersign: pending }
    expect(sortAnswer({ content: [], structuredContent })).toMatchObject(expected)
  })

  it('of a tool that speaks in the name of the gateway is an answer of the tool', () => {
    const _meta = { 'countersign/evidence': 'e-1' }
    expect(sortAnswer({ content: [line], _meta })).toMatchObject({
      kind: 'result',
      evidence: 'e-1',
    })
  })
})

describe('the scripted agent', () => {
  const folder = mkdtempSync(join(tmpdir(), 'range-agent-'))
  const keyFile = join(folder, 'agent.jwk.json')
  const logFile = join(folder, 'auth.log')
  const { lines, bruteForceAddress } = generateOpensshLog(11)
  let agentKey: JWK
  let practice: Practice
  let gateway: PlainGateway | undefined

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256', { extractable: true })
    agentKey = await exportJWK(pair.publicKey)
    writeFileSync(keyFile, JSON.stringify(await exportJWK(pair.privateKey)))
    writeFileSync(logFile, lines.join('\n'))
    practice = withOneClientEach(await startPractice({ logFile }))
  })
  // One range serves all of them: each finds the address served.
  afterEach(async () => {
    gateway?.stop()
    const firewall = await practice.client('firewall')
    await firewall.callTool({ name: 'unblock_address', arguments: { address: bruteForceAddress } })
    expect(await sightIn(practice)).toBe('served')
  })
  afterAll(async () => {
    await practice.stop()
    rmSync(folder, { recursive: true })
  })

  async function run(
    options: Pick<PlainGatewayOptions, 'personSays' | 'lets' | 'tokenSeconds'>,
    ...more: readonly string[]
  ): Promise<Run> {
    return runIn(practice, options, ...more)
  }

  async function runIn(
    where: Practice,
    options: Pick<PlainGatewayOptions, 'personSays' | 'lets' | 'tokenSeconds'>,
    ...more: readonly string[]
  ): Promise<Run> {
    gateway = await startPlainGateway({ practice: where, agentKey, ...options })
    return runAgent('--base', gateway.base, '--key', keyFile, '--json', ...more)
  }

  async function runAgent(...args: readonly string[]): Promise<Run> {
    const child = spawn(process.execPath, ['range/agent.ts', ...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += String(chunk)
    })
    const [code] = await once(child, 'close')
    const events = out.split('\n').filter((line) => line !== '')
    return { code, events: events.map((line) => JSON.parse(line)) }
  }

  const sightIn = ({ range }: Practice) => probe({ ...range.edge, address: bruteForceAddress })
  const sight = () => sightIn(practice)

  describe('whose request is approved', () => {
    let done: Run
    let recommendations: readonly unknown[]
    let notes: readonly unknown[]
    const sights: string[] = []
    const notesOfCase = async () => {
      const desk = await practice.client('desk')
      const { structuredContent } = await desk.callTool({
        name: 'get_case',
        arguments: { case: 'INC-482' },
      })
      return (structuredContent as { notes: unknown[] }).notes
    }

    beforeAll(async () => {
      const before = (await notesOfCase()).length
      sights.push(await sight())
      done = await run({ personSays: 'approve' })
      sights.push(await sight())
      recommendations = gateway?.recommendations ?? []
      notes = (await notesOfCase()).slice(before)
    })

    it('finds the address, asks, and after approval the address is refused at the edge', () => {
      expect(done.code, told(done)).toBe(0)
      expect(sights).toEqual(['served', 'refused'])
      expect(step(done, 'suspect')).toMatchObject({ address: bruteForceAddress, failures: 280 })
      expect(step(done, 'forbidden')).toMatchObject({ kind: 'refused', code: 'target_never_touch' })
      expect(step(done, 'unreviewed')).toMatchObject({ kind: 'refused', code: 'tool_quarantined' })
      expect(step(done, 'pending')).toMatchObject({ approvalId: 'approval-1' })
      expect(step(done, 'done')).toMatchObject({ ending: 'blocked' })
      expect(notes).toMatchObject([
        { text: expect.stringContaining(`${bruteForceAddress}: 280 failed`) },
      ])
    })

    it('cites the evidence it was given and nothing else', () => {
      const evidence = [step(done, 'suspect')?.evidence, step(done, 'logins')?.evidence]
      expect(recommendations).toMatchObject([
        {
          evidence,
          proposed_action: {
            tool: 'firewall__block_address',
            arguments: { address: bruteForceAddress, duration_minutes: 60 },
          },
        },
      ])
      expect(evidence).not.toContain(undefined)
    })
  })

  it('asks again with the arguments a person corrected', async () => {
    const done = await run({ personSays: 'correct' })
    expect(done.code, told(done)).toBe(0)
    expect(step(done, 'corrected')).toMatchObject({ arguments: { duration_minutes: 30 } })
    expect(step(done, 'answer')).toMatchObject({ value: { blocked: true } })
    expect(gateway?.calls.filter((name) => name === 'firewall__block_address')).toHaveLength(2)
  })

  it('ends with 3 and blocks nobody when a person says no', async () => {
    const done = await run({ personSays: 'deny' })
    expect(done.code, told(done)).toBe(3)
    expect(step(done, 'answer')).toMatchObject({ kind: 'refused', code: 'approval_denied' })
    expect(await sight()).toBe('served')
  })

  it('ends with 4 and blocks nobody when nobody decides', async () => {
    const done = await run({ personSays: 'nothing' }, '--patience', '1')
    expect(done.code, told(done)).toBe(4)
    expect(await sight()).toBe('served')
  })

  it.each(['directory__disable_account', 'extras__lookup_reputation'])(
    'ends with 1 before it asks for anything when %s is let through',
    async (tool) => {
      const done = await run({ personSays: 'approve', lets: [tool] })
      expect(done.code, told(done)).toBe(1)
      expect(step(done, 'done')).toMatchObject({ ending: 'unguarded' })
      expect(step(done, 'pending')).toBeUndefined()
    },
  )

  it('renews its token under the same task, each time with a fresh assertion', async () => {
    const done = await run({ personSays: 'approve', tokenSeconds: 30 })
    expect(done.code, told(done)).toBe(0)
    const wanted = { type: 'countersign_task', case: 'INC-482', purpose: 'respond' }
    const [first, ...later] = gateway?.exchanges ?? []
    expect(first?.details).toEqual([wanted])
    expect(later.length).toBeGreaterThan(3)
    for (const { details } of later) expect(details).toEqual([{ ...wanted, task: 'task-1' }])
    expect(new Set(gateway?.exchanges.map(({ jti }) => jti)).size).toBe(gateway?.exchanges.length)
  })

  it('ends with 7 when no gateway listens, and with 2 without a key', async () => {
    gateway = await startPlainGateway({ practice, agentKey, personSays: 'approve' })
    gateway.stop()
    expect((await runAgent('--base', gateway.base, '--key', keyFile, '--json')).code).toBe(7)
    expect((await runAgent('--base', gateway.base, '--json')).code).toBe(2)
  })

  it('does not outlive who started it when it is on a leash', async () => {
    gateway = await startPlainGateway({ practice, agentKey, personSays: 'nothing' })
    const args = ['range/agent.ts', '--base', gateway.base, '--key', keyFile, '--json', '--leash']
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] })
    await once(child.stdout, 'data')
    child.stdin.end()
    const [code] = await once(child, 'exit')
    expect(code).toBe(1)
  })

  it('shows that a block without effect is not one: it ends with 1', async () => {
    const noop = await startPractice({ logFile, isFirewallNoop: true })
    try {
      const done = await runIn(noop, { personSays: 'approve' })
      expect(done.code, told(done)).toBe(1)
      expect(step(done, 'done')).toMatchObject({ ending: 'no-effect' })
      expect(await sightIn(noop)).toBe('served')
    } finally {
      await noop.stop()
    }
  })
})

/** Its tool servers are started once, for all gateways in front of them. */
function withOneClientEach(practice: Practice): Practice {
  const clients = new Map<string, ReturnType<Practice['client']>>()
  const client: Practice['client'] = (id) => {
    const one = clients.get(id) ?? practice.client(id)
    clients.set(id, one)
    return one
  }
  return { ...practice, client }
}
