import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ConnectedUpstreams, connectUpstreams } from '../../src/adapters/upstream-mcp.ts'
import type { UpstreamLimits, UpstreamSpec } from '../../src/adapters/upstream-spec.ts'
import type { Frame, FrameBack } from '../../src/enforcement/upstream.ts'
import { digestOfJson } from '../../src/kernel/canonical-json.ts'
import { type DispatchSlot, mintSlot } from '../../src/kernel/dispatch-slot.ts'
import { codeOf, type FailureCode } from '../../src/kernel/failure.ts'
import type { LeaseSecret } from '../../src/lease/placement.ts'
import { type RunningFixture, startFixture } from '../conformance/fixture.ts'
import { type ChangingServer, startChangingServer } from '../harness/mcp-changing-server.ts'
import { quiet } from '../harness/quiet.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-exchange-'))
const journal = join(folder, 'journal')
const BEARER: LeaseSecret = { kind: 'bearer', value: { token: 'upstream-secret' } }
const odd: UpstreamSpec = {
  id: 'odd',
  transport: 'stdio',
  command: process.execPath,
  args: [resolve(import.meta.dirname, '../harness/mcp-odd-server.ts'), journal],
  asks: ['sampling'],
}
let fixture: RunningFixture
let changing: ChangingServer
let open: ConnectedUpstreams[] = []
let nowMs = 1_000_000

beforeAll(async () => {
  fixture = await startFixture('upstream-secret')
  changing = await startChangingServer()
})
afterEach(async () => {
  await Promise.all(open.map((each) => each.close()))
  open = []
})
afterAll(async () => {
  await fixture.close()
  await changing.close()
  rmSync(folder, { recursive: true, force: true })
})

function connect(limits: Partial<UpstreamLimits> = {}): ConnectedUpstreams {
  const upstreams = connectUpstreams({
    upstreams: [
      odd,
      { id: 'web', transport: 'streamable-http', url: fixture.url },
      { id: 'changing', transport: 'streamable-http', url: changing.url },
      { id: 'gone', transport: 'streamable-http', url: 'http://127.0.0.1:9/mcp' },
    ],
    clock: { nowMs: () => nowMs },
    log: quiet,
    credentials: (upstream) => (upstream === 'web' ? BEARER : undefined),
    limits,
  })
  open.push(upstreams)
  return upstreams
}

const frameOf = (upstream: string, name: string, args = {}): Frame => ({
  upstream,
  method: 'tools/call',
  name,
  params: { name, arguments: args },
})
const slotFor = (frame: Frame, upstream = frame.upstream): DispatchSlot =>
  mintSlot({
    tenant: 'main',
    call: 'c',
    upstream,
    frame: digestOfJson('countersign-frame-v1', frame),
  })

type Sending = {
  slot?: DispatchSlot
  secret?: LeaseSecret
  timeoutMs?: number
  back?: Partial<FrameBack>
}
function send(upstreams: ConnectedUpstreams, frame: Frame, sending: Sending = {}) {
  const back = { signal: new AbortController().signal, ...sending.back }
  const digest = digestOfJson('countersign-frame-v1', frame)
  const slot = sending.slot ?? slotFor(frame)
  return upstreams.exchange(slot, frame, digest, sending.secret, sending.timeoutMs ?? 5_000, back)
}
const textOf = async (answer: ReturnType<typeof send>) => {
  const content = (await answer).result.content as { text: string }[]
  return content[0]?.text
}
const arrived = (what: string) =>
  readFileSync(journal, 'utf8')
    .split('\n')
    .filter((line) => line.includes(what)).length
const failsWith = async (answer: Promise<unknown>, code: FailureCode) =>
  expect(
    codeOf(
      await answer.then(
        () => 'answered',
        (error: unknown) => error,
      ),
    ),
  ).toBe(code)

describe('the one door to a tool server', () => {
  it('opens once for a slot: the second frame under it is refused and does not arrive [R5]', async () => {
    const upstreams = connect()
    const frame = frameOf('odd', 'pid')
    const slot = slotFor(frame)
    await send(upstreams, frame, { slot })
    const before = arrived('tools/call pid')
    await failsWith(send(upstreams, frame, { slot }), 'slot_refused')
    expect(arrived('tools/call pid')).toBe(before)
  })

  it('stays shut for a forged slot, a foreign one, and a frame that changed after its dispatch [R5]', async () => {
    const upstreams = connect()
    await upstreams.offer('odd')
    const before = arrived('tools/call')
    const frame = frameOf('odd', 'pid')
    const forged = Object.freeze({}) as DispatchSlot
    await failsWith(send(upstreams, frame, { slot: forged }), 'slot_refused')
    await failsWith(send(upstreams, frame, { slot: slotFor(frame, 'web') }), 'slot_refused')
    await failsWith(
      send(upstreams, frame, { slot: slotFor(frameOf('odd', 'env')) }),
      'slot_refused',
    )
    const changed = { ...frame, params: { ...frame.params, arguments: { more: true } } }
    const digest = digestOfJson('countersign-frame-v1', frame)
    const back = { signal: new AbortController().signal }
    await failsWith(
      upstreams.exchange(slotFor(frame), changed, digest, undefined, 5_000, back),
      'slot_refused',
    )
    const twoNames = { ...frame, params: { name: 'env', arguments: {} } }
    await failsWith(send(upstreams, twoNames), 'slot_refused')
    expect(arrived('tools/call')).toBe(before)
  })

  it('a refused foreign frame leaves the slot usable for its own', async () => {
    const upstreams = connect()
    const frame = frameOf('odd', 'pid')
    const slot = slotFor(frame)
    await failsWith(send(upstreams, frameOf('odd', 'env'), { slot }), 'slot_refused')
    expect(await textOf(send(upstreams, frame, { slot }))).toMatch(/^\d+$/)
  })

  it('is the only way in: without the credential the server answers 401', async () => {
    const raw = await fetch(fixture.url, { method: 'POST', body: '{}' })
    expect(raw.status).toBe(401)
    const upstreams = connect()
    await failsWith(send(upstreams, frameOf('web', 'test_simple_text')), 'upstream_unreachable')
    expect(
      await textOf(send(upstreams, frameOf('web', 'test_simple_text'), { secret: BEARER })),
    ).toContain('simple text')
  })
})

describe('a credential', () => {
  it('given to a child is in its environment, and each credential has a child of its own', async () => {
    const upstreams = connect()
    process.env.GATEWAY_ONLY = 'must not be inherited'
    const withKey = (value: string): Sending => ({
      secret: { kind: 'environment', value: { API_KEY: value } },
    })
    const first = await textOf(send(upstreams, frameOf('odd', 'env'), withKey('one')))
    const second = await textOf(send(upstreams, frameOf('odd', 'env'), withKey('two')))
    expect(JSON.parse(first ?? '')).toMatchObject({ API_KEY: 'one' })
    expect(JSON.parse(second ?? '')).toMatchObject({ API_KEY: 'two' })
    expect(first).not.toContain('GATEWAY_ONLY')
    const pids = await Promise.all(
      [withKey('one'), withKey('one'), withKey('two')].map((secret) =>
        textOf(send(upstreams, frameOf('odd', 'pid'), secret)),
      ),
    )
    expect(pids[0]).toBe(pids[1])
    expect(pids[2]).not.toBe(pids[0])
  })
})

describe('what comes back', () => {
  it.each([
    ['is nested too deeply', 'deep'],
    ['holds a lone surrogate, so it has no canonical form', 'surrogate'],
    ['is no result the protocol knows', 'shapeless'],
  ])('is the server breaking the protocol when it %s', async (_what, name) => {
    await failsWith(send(connect(), frameOf('odd', name)), 'upstream_protocol')
  })

  it('may not be larger than the limit, over stdio and over HTTP', async () => {
    const upstreams = connect({ maxResultBytes: 50_000 })
    await failsWith(send(upstreams, frameOf('odd', 'big')), 'upstream_protocol')
    expect(await textOf(send(upstreams, frameOf('odd', 'pid')))).toMatch(/^\d+$/)
    for (const back of [{}, { progress: () => {} }]) {
      const large = send(upstreams, frameOf('web', 'large_result'), { secret: BEARER, back })
      await failsWith(large, 'upstream_protocol')
    }
  })

  it('is relayed when it is a JSON-RPC error of the server', async () => {
    await expect(send(connect(), frameOf('odd', 'refuse'))).rejects.toMatchObject({
      rpcCode: -32042,
      message: 'not like this',
      data: { why: 'because' },
    })
  })

  it('is nothing in time, or nothing because the agent left: both may have been executed', async () => {
    const upstreams = connect()
    await failsWith(send(upstreams, frameOf('odd', 'hang'), { timeoutMs: 100 }), 'upstream_timeout')
    const agent = new AbortController()
    const hanging = send(upstreams, frameOf('odd', 'hang'), { back: { signal: agent.signal } })
    await expect.poll(() => arrived('tools/call hang')).toBeGreaterThanOrEqual(2)
    agent.abort()
    await failsWith(hanging, 'cancelled')
    await expect.poll(() => arrived('notifications/cancelled')).toBeGreaterThanOrEqual(2)
  })
})

describe('a server that is not there', () => {
  it('is unreachable, which means that surely nothing was sent', async () => {
    await failsWith(send(connect(), frameOf('gone', 'x')), 'upstream_unreachable')
    await failsWith(send(connect(), frameOf('unheard-of', 'x')), 'upstream_unreachable')
    const left = AbortSignal.abort()
    await failsWith(
      send(connect(), frameOf('odd', 'pid'), { back: { signal: left } }),
      'upstream_unreachable',
    )
  })

  it('is started again at the next use after a crash, and after the next ones only with a pause', async () => {
    const upstreams = connect()
    const crash = () => send(upstreams, frameOf('odd', 'crash'))
    const first = await textOf(send(upstreams, frameOf('odd', 'pid')))
    await failsWith(crash(), 'upstream_failed')
    expect(await textOf(send(upstreams, frameOf('odd', 'pid')))).not.toBe(first)
    await failsWith(crash(), 'upstream_failed')
    const starts = arrived('initialize')
    await failsWith(send(upstreams, frameOf('odd', 'pid')), 'upstream_unreachable')
    expect(arrived('initialize')).toBe(starts)
    nowMs += 300
    expect(await textOf(send(upstreams, frameOf('odd', 'pid')))).toMatch(/^\d+$/)
  })

  it('is asked for its protocol again once the verdict "speaks only 2025" is old', async () => {
    const upstreams = connect({ legacyVerdictMs: 60_000 })
    await send(upstreams, frameOf('odd', 'pid'))
    const probes = arrived('server/discover')
    const restart = async () => {
      await failsWith(send(upstreams, frameOf('odd', 'crash')), 'upstream_failed')
      nowMs += 20_000
      await send(upstreams, frameOf('odd', 'pid'))
    }
    await restart()
    expect(arrived('server/discover')).toBe(probes)
    nowMs += 60_000
    await restart()
    expect(arrived('server/discover')).toBe(probes + 1)
  })
})

describe('a server over HTTP that changes', () => {
  const frame = frameOf('changing', 'which')

  it('and lost our session by a restart turns one call away and serves the next', async () => {
    changing.become('legacy')
    const upstreams = connect()
    expect(await textOf(send(upstreams, frame))).toBe('legacy')
    changing.become('legacy')
    await failsWith(send(upstreams, frame), 'upstream_unreachable')
    expect(await textOf(send(upstreams, frame))).toBe('legacy')
  })

  it('and was rolled back to 2025 is spoken to as such from the next call on', async () => {
    changing.become('modern')
    const upstreams = connect()
    expect(await textOf(send(upstreams, frame))).toBe('modern')
    changing.become('legacy')
    await failsWith(send(upstreams, frame), 'upstream_unreachable')
    expect(await textOf(send(upstreams, frame))).toBe('legacy')
  })

  it('and answers the probe for 2026 with HTTP 500 is spoken to as one of 2025', async () => {
    changing.become('legacy-500')
    expect(await textOf(send(connect(), frame))).toBe('legacy')
  })

  it('and was upgraded, while the old way still works, is asked again when the verdict is old', async () => {
    changing.become('legacy-stateless')
    const upstreams = connect({ legacyVerdictMs: 60_000 })
    expect(await textOf(send(upstreams, frame))).toBe('legacy-stateless')
    changing.become('both')
    expect(await textOf(send(upstreams, frame))).toBe('legacy-stateless')
    nowMs += 60_001
    expect(await textOf(send(upstreams, frame))).toBe('modern')
  })
})

describe('a legacy server that asks', () => {
  const sampling = { sampling: {} }

  it('reaches the agent whose call is out, on a connection of its own, and no other', async () => {
    const upstreams = connect()
    const asking = (who: string) =>
      textOf(
        send(upstreams, frameOf('odd', 'ask'), {
          back: { agentSession: who, clientCapabilities: sampling, ask: async () => ({ who }) },
        }),
      )
    const answers = await Promise.all(['a', 'b', 'a'].map(asking))
    expect(answers).toEqual(['a', 'b', 'a'].map((who) => JSON.stringify({ who })))
  })

  it('gets no for an answer when the agent cannot be asked, and its log messages reach nobody by chance', async () => {
    const upstreams = connect()
    expect(await textOf(send(upstreams, frameOf('odd', 'ask')))).toBe('"refused"')
    const heard: string[] = []
    const listening = { logLevel: 'debug', notify: (method: string) => void heard.push(method) }
    await send(upstreams, frameOf('odd', 'log'), { back: listening })
    expect(heard).toEqual([])
    const own = {
      ...listening,
      agentSession: 'a',
      clientCapabilities: sampling,
      ask: async () => ({}),
    }
    await send(upstreams, frameOf('odd', 'log'), { back: own })
    expect(heard).toEqual(['notifications/message'])
    expect(arrived('logging/setLevel debug')).toBe(1)
  })

  it('may not ask what its entry does not name, whatever the agent could answer', async () => {
    const upstreams = connect()
    const back = {
      agentSession: 'a',
      clientCapabilities: { elicitation: {} },
      ask: async () => ({ asked: true }),
    }
    expect(await textOf(send(upstreams, frameOf('odd', 'ask'), { back }))).toBe('"refused"')
  })
})
