/**
 * Starting and stopping a gateway. In this order: the port is taken, the store opened, the signer asked whether
 * this is the log it signed, what a crash left is settled, tools and policy are brought up to date, and only
 * then do the faces answer.
 */
import { mkdirSync } from 'node:fs'
import type { Server } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { expireChanges } from './command/confirm-change.ts'
import { refreshRoster } from './command/refresh-roster.ts'
import { noticeTools, refreshPolicy } from './command/refresh-tools.ts'
import { sweep, sweepContainments } from './command/sweep.ts'
import { tellCoverage } from './command/tell-coverage.ts'
import { beginClock } from './command/watch-clock.ts'
import type { Config } from './config.ts'
import { endLeft } from './enforcement/end-leases.ts'
import { recover } from './enforcement/recover.ts'
import { createListener, type Face, listen } from './faces/listener.ts'
import { createMcpFace } from './faces/mcp/face.ts'
import { createRestFace } from './faces/rest/create-rest-face.ts'
import { type Parts, TENANT, wire } from './wiring.ts'
import { keepLeases } from './wiring-lending.ts'
import type { GatewayOptions } from './wiring-options.ts'

/** A checkpoint covers an entry within a second of its commit (DESIGN 10); half of that leaves room. */
const CHECKPOINT_INTERVAL_MS = 500
/** Longer than nearly all tools take, shorter than any service manager waits. */
const DRAIN_MS = 10_000
const SWEEP_INTERVAL_MS = 1_000
/** How soon after a yes a call runs whose agent is not there. */
const APPROVED_INTERVAL_MS = 500
/** A page is out within two of these. */
const NOTICE_INTERVAL_MS = 1_000
/** A definition that changed without a word is blocked after this at the latest (R46). */
const LISTING_INTERVAL_MS = 30_000
/** An on-call change made elsewhere counts here within a minute. */
const ROSTER_INTERVAL_MS = 60_000
/** A rota that takes longer is not there; below the interval, so that one slow feed delays no other round. */
const ROSTER_TIMEOUT_MS = 45_000

export type Gateway = {
  readonly baseUrl: string
  readonly port: number
  readonly config: Config
  readonly parts: Parts
  /** Resolves when every tool server was asked once. Calls and lists wait for it by themselves. */
  readonly listed: Promise<void>
  /** Lists the tools of every upstream again; also done every half minute and when a server says so. */
  readonly refreshTools: () => Promise<void>
  /** Reads every rota kept elsewhere again; also done every minute. */
  readonly refreshRosters: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Starts a gateway. Rejects with a typed failure and leaves nothing running. */
export async function startGateway(given: Config, options: GatewayOptions = {}): Promise<Gateway> {
  mkdirSync(given.dataDir, { recursive: true, mode: 0o700 })
  const faces = { mcp: notReady, rest: notReady }
  const server = createListener({
    mcp: (request, response) => faces.mcp(request, response),
    rest: (request, response) => faces.rest(request, response),
  })
  const port = await listen(server, given.host, given.port)
  const baseUrl = given.baseUrl.replace(/:0$/, `:${port}`)
  const config = { ...given, port, baseUrl }
  const undo: (() => unknown)[] = [() => server.closeAllConnections(), () => server.close()]
  try {
    const parts = await wire(config, options, undo)
    await parts.checkpoints.confirm()
    await beginClock({ ...parts.store, clock: parts.clock }, TENANT)
    const left = await recover(parts.spine, TENANT)
    await endLeft(parts.spine, TENANT)
    parts.spine.at('start:recovered')
    if (left > 0)
      parts.log.warn({ calls: left }, 'calls in flight at the last stop are of unknown outcome')
    await refreshPolicy(parts.refreshDeps, TENANT)
    const mcp = createMcpFace(parts.mcpParts)
    undo.unshift(() => mcp.close())
    const rest = await createRestFace(parts.restParts)
    const list = async (upstream?: string) => {
      if ((await noticeTools(parts.refreshDeps, TENANT, upstream)) > 0) mcp.toolsChanged()
    }
    const ignored = (error: unknown) => parts.log.error({ err: error }, 'listing tools failed')
    const listed = list().catch(ignored)
    const stopping = new AbortController()
    const refreshRosters = () => readRosters(parts, stopping.signal)
    const rostersRead = refreshRosters().catch((error: unknown) =>
      parts.log.error({ err: error }, 'reading rotas failed'),
    )
    const unsubscribe = parts.upstreams.onChange((upstream, method) => {
      if (!method.endsWith('/list_changed')) return
      parts.listings.again(upstream)
      list(upstream).catch(ignored)
    })
    undo.unshift(
      () => rest.close(),
      unsubscribe,
      () => stopping.abort(),
      ...timers(parts, { list, refreshRosters }, stopping.signal, config.drainMs),
      () => listed,
      () => rostersRead,
    )
    faces.mcp = (request, response) => void mcp.handle(request, response)
    faces.rest = rest.listener
    let closing: Promise<void> | undefined
    const close = (): Promise<void> => {
      closing ??= drained(server, faces, parts, config.drainMs).then(() => unwind(undo))
      return closing
    }
    const refreshTools = () => list()
    return { baseUrl, port, config, parts, listed, refreshTools, refreshRosters, close }
  } catch (error) {
    await unwind(undo)
    throw error
  }
}

/** Until everything is wired, every path says so. */
const notReady: Face = (_request, response) => {
  response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' }).end('starting\n')
}

/** Takes no more requests and lets calls that are out come home, for so long. Those left are cut by what follows. */
async function drained(
  server: Server,
  faces: { mcp: Face; rest: Face },
  { spine, log }: Parts,
  drainMs = DRAIN_MS,
): Promise<void> {
  faces.mcp = faces.rest = (_request, response) => {
    response.writeHead(503, { connection: 'close', 'retry-after': '1' }).end('stopping\n')
  }
  // Its listening ends at once; the promise of it is the last step of all.
  server.close()
  const { callsOut } = spine
  if (callsOut === undefined) return
  const patience = new AbortController()
  const home = callsOut.stop().finally(() => patience.abort())
  await wait(drainMs, undefined, { signal: patience.signal }).catch(() => home)
  const left = callsOut.count()
  if (left > 0) log.warn({ calls: left }, 'calls are cut by the stop and of unknown outcome')
  // Their answers are on their way out; connections are closed after this turn.
  await new Promise((done) => setImmediate(done))
}

type Errands = {
  readonly list: () => Promise<unknown>
  readonly refreshRosters: () => Promise<unknown>
}

/**
 * Signs what was committed and ends what time ended. Answers the functions that stop them: each waits for the run
 * that is under way, because the store closes next; one that a tool server holds up longer is cut.
 */
function timers(
  { spine, log, checkpoints, watchClock, notices, approved, restParts }: Parts,
  { list, refreshRosters }: Errands,
  stop: AbortSignal,
  patienceMs = DRAIN_MS,
): (() => Promise<void>)[] {
  const every = (ms: number, name: string, work: () => Promise<unknown>) => {
    let running: Promise<unknown> | undefined
    const failed = (error: unknown) =>
      log[stop.aborted ? 'warn' : 'error']({ err: error, timer: name }, 'a timer failed')
    const timer = setInterval(() => {
      running ??= work()
        .catch(failed)
        .finally(() => {
          running = undefined
        })
    }, ms)
    return async () => {
      clearInterval(timer)
      await Promise.race([running, wait(patienceMs, undefined, { ref: false })])
    }
  }
  return [
    every(CHECKPOINT_INTERVAL_MS, 'checkpoint', checkpoints.publish),
    every(SWEEP_INTERVAL_MS, 'clock', watchClock),
    every(SWEEP_INTERVAL_MS, 'sweep', () => sweep(spine, TENANT)),
    every(APPROVED_INTERVAL_MS, 'approved', () => approved.sweep(TENANT)),
    every(SWEEP_INTERVAL_MS, 'containments', () => sweepContainments(spine, stop)),
    ...keepLeases(spine, TENANT, stop).map(({ everyMs, name, run }) => every(everyMs, name, run)),
    every(SWEEP_INTERVAL_MS, 'changes', () => expireChanges(restParts, TENANT)),
    every(LISTING_INTERVAL_MS, 'listing', () => list()),
    every(ROSTER_INTERVAL_MS, 'rosters', refreshRosters),
    every(ROSTER_INTERVAL_MS, 'coverage', () => tellCoverage(coverageParts(restParts), TENANT)),
    every(NOTICE_INTERVAL_MS, 'notices', () => notices.plan(TENANT)),
    ...notices.lanes.map(({ channel, run }) =>
      every(NOTICE_INTERVAL_MS, `channel ${channel}`, () => run(TENANT, stop)),
    ),
  ]
}

function coverageParts(rest: Parts['restParts']) {
  return { ...rest, heldClasses: rest.policyDesk.heldClasses }
}

async function readRosters({ rosters, spine, store, log }: Parts, stop: AbortSignal) {
  const deps = { ...spine, ...store, nowMs: spine.clock.nowMs, log }
  const ends = () => ({ stop, timeout: AbortSignal.timeout(ROSTER_TIMEOUT_MS) })
  await Promise.all(rosters.map((feed) => refreshRoster(deps, TENANT, feed, ends())))
}

async function unwind(steps: readonly (() => unknown)[]): Promise<void> {
  for (const step of steps) await step()
}
