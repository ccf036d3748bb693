/**
 * How long a yes takes to become an effect. An agent waits in its call, a person approves over the API as the console
 * does, and the practice firewall's own list, read from its disk, says when the address was blocked. The floor is the
 * same call straight at the firewall. What lies between: the decision again with current facts, the state before,
 * three durable commits, and the call.
 */
import { mkdtempSync, rmSync, watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { openBlocklist } from '../range/blocklist.ts'
import { type Range, startRange } from '../range/start.ts'
import { DEFAULT_LIMITS } from '../src/config.ts'
import { type AgentClient, connectAgent, saidBy } from '../test/harness/agent-client.ts'
import { decide, rest } from '../test/harness/people.ts'
import { addAsset, type Plane, startPlane, taskToken } from '../test/harness/plane.ts'
import { type Bench, compared } from './report.ts'
import { quantile } from './statistics.ts'

/** The target of the product, for the slowest but one in twenty. */
const LIMIT_MS = 500
const WARM_UP = 2
const ANY_WIDTH = { windowMs: 1, perTask: 1_000, perAgent: 1_000, perTenant: 1_000 }

export const benchEffect: Bench = async ({ isShort, progress }) => {
  const calls = isShort ? 10 : 40
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const undo: (() => unknown)[] = [() => rmSync(dataDir, { recursive: true, force: true })]
  try {
    const range = await startRange({ dataDir: join(dataDir, 'range') })
    undo.unshift(range.stop)
    const plane = await planeBefore(range, dataDir, calls + WARM_UP)
    undo.unshift(() => plane.gateway.close())
    const sees = watcherOf(join(dataDir, 'range'))
    const direct = await directly(range)
    undo.unshift(direct.close)
    const [ours, floor]: [number[], number[]] = [[], []]
    for (let at = 0; at < calls + WARM_UP; at++) {
      const bare = await timeOf(sees(`198.19.1.${at}`), () =>
        direct.call('block_address', orderOf(1, at)),
      )
      const governed = await approved(plane, at, sees(addressOf(0, at)))
      if (at < WARM_UP) continue
      floor.push(bare)
      ours.push(governed)
      if (at % 10 === 0) progress(`${at} of ${calls} calls`)
    }
    const p95 = quantile(ours, 0.95)
    return {
      bench: 'effect',
      cases: [
        compared(
          'yes to effect / call to effect, p50',
          quantile(ours, 0.5),
          quantile(floor, 0.5),
          'ms',
        ),
        compared('yes to effect / call to effect, p95', p95, quantile(floor, 0.95), 'ms'),
      ],
      limits: [
        {
          text: `an approved block is in force at most ${LIMIT_MS} ms after the yes, p95 of ${calls}: ${p95.toFixed(0)} ms`,
          isKept: p95 <= LIMIT_MS,
        },
      ],
    }
  } finally {
    for (const step of undo) await step()
  }
}

async function planeBefore(range: Range, dataDir: string, count: number): Promise<Plane> {
  const { url, token } = firewallOf(range)
  const credential = { kind: 'bearer', value: { token } } as const
  const plane = await startPlane({
    dataDir: join(dataDir, 'gateway'),
    upstreams: [
      { id: 'firewall', transport: 'streamable-http', url, credential, trustsShippedEntries: true },
    ],
    config: { holdMs: 30_000, limits: { ...DEFAULT_LIMITS, fanOut: ANY_WIDTH } },
  })
  for (let at = 0; at < count; at++) await addAsset(plane.gateway, 'ipv4_net', addressOf(0, at))
  return plane
}

function firewallOf({ upstreams }: Range): { readonly url: string; readonly token: string } {
  const firewall = upstreams.find(({ id }) => id === 'firewall')
  if (firewall?.transport !== 'streamable-http') throw new Error('the range has no firewall')
  return { url: firewall.url, token: firewall.credential.value.replace(/^Bearer /, '') }
}

const addressOf = (net: number, at: number) => `198.19.${net}.${at}`
const orderOf = (net: number, at: number) => {
  return { address: addressOf(net, at), duration_minutes: 30, reason: 'INC-482' }
}

/** Whoever it was told to look for, and the instant at which the address stood in the list on disk. */
function watcherOf(dataDir: string): (address: string) => Promise<number> {
  const list = openBlocklist(dataDir)
  return (address) =>
    new Promise((done) => {
      const look = () => {
        if (!list.read().blocks.some((block) => block.address === address)) return
        watcher.close()
        done(performance.now())
      }
      const watcher = watch(dataDir, look)
    })
}

async function timeOf(seen: Promise<number>, act: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  const acting = act()
  const tookMs = (await seen) - startedMs
  await acting
  return tookMs
}

async function directly(range: Range): Promise<AgentClient> {
  const { url, token } = firewallOf(range)
  return connectAgent(url.replace(/\/mcp$/, ''), token)
}

/** A task of its own for each call, so that no budget is in the way. The clock starts when the yes leaves. */
async function approved(plane: Plane, at: number, seen: Promise<number>): Promise<number> {
  const agent = await connectAgent(plane.gateway.baseUrl, await taskToken(plane))
  const calling = agent.call('firewall__block_address', orderOf(0, at))
  const approval = await Promise.race([
    pendingOf(plane),
    calling.then((early) => {
      throw new Error(`nobody was asked: ${JSON.stringify(saidBy(early))}`)
    }),
  ])
  let sentMs = 0
  const deciding = decide(plane, plane.dana, 'approve', approval, 'checked', () => {
    sentMs = performance.now()
  })
  const tookMs = (await seen) - sentMs
  const said = saidBy(await calling)
  if (said !== undefined) throw new Error(`it did not run: ${JSON.stringify(said)}`)
  await deciding
  await agent.close()
  return tookMs
}

async function pendingOf(plane: Plane): Promise<string> {
  for (;;) {
    const { body } = await rest(plane, plane.dana, 'GET', '/api/v1/approvals?state=pending')
    const [first] = (body.approvals ?? []) as readonly { readonly id: string }[]
    if (first !== undefined) return first.id
    // A person looks now and then; asking without a pause would slow down what is measured.
    await wait(20)
  }
}
