/**
 * The composition root: which port is served by what. Beside main.ts the only file that knows every folder; it
 * holds no rule.
 */
import { join, resolve } from 'node:path'
import { pino } from 'pino'
import { openCheckpointSigner } from './adapters/checkpoint-signer.ts'
import { createChannels, createReaders } from './adapters/create-channels.ts'
import { createRoster } from './adapters/create-roster.ts'
import { hostTime } from './adapters/host-time.ts'
import { openKeys } from './adapters/key-files.ts'
import { openPasskeys } from './adapters/open-passkeys.ts'
import { openPolicy } from './adapters/open-policy.ts'
import { createPolicyDesk } from './adapters/policy-desk.ts'
import { pooledRandom } from './adapters/pooled-random.ts'
import { recordedBundles } from './adapters/recorded-bundles.ts'
import { openTokenSigner } from './adapters/token-signer.ts'
import { connectUpstreams } from './adapters/upstream-mcp.ts'
import { createWaiting } from './adapters/wait-for-change.ts'
import { createHalts } from './adapters/watch-leases.ts'
import { workloadReader } from './adapters/workload-jwt.ts'
import type { AskParts } from './command/ask.ts'
import { makeDecisionCommands } from './command/decision-commands.ts'
import { makeEffectCommands } from './command/effect-commands.ts'
import { endSignedWith } from './command/end-signed.ts'
import { afterListing, createFirstListings } from './command/first-listings.ts'
import { makeGatewayTools } from './command/gateway-tools.ts'
import { makeNoticeDelivery } from './command/notice-delivery.ts'
import { makeCheckpoints } from './command/publish-checkpoint.ts'
import { readinessOf } from './command/readiness.ts'
import { makeStopCommands } from './command/stop.ts'
import { makeClockWatch } from './command/watch-clock.ts'
import type { Config } from './config.ts'
import { createBreaker } from './enforcement/breaker.ts'
import { createCallsOut } from './enforcement/calls-out.ts'
import { endAuthorityWith } from './enforcement/end-authority.ts'
import { makeEnforce } from './enforcement/enforce.ts'
import { makeIdentify } from './enforcement/identify.ts'
import type { TaskSession } from './enforcement/session.ts'
import type { Spine } from './enforcement/spine.ts'
import { makeVisibleTools } from './enforcement/visible-tools.ts'
import { mcpLimits } from './faces/mcp/limits.ts'
import { type RememberedTools, rememberTools } from './facts/remembered-tools.ts'
import { uuidV7 } from './kernel/ids.ts'
import type { Log } from './kernel/log.ts'
import { createSteadyClock } from './kernel/steady-clock.ts'
import { decide } from './policy/decide.ts'
import { type EngineChoice, openStore, type Store } from './store/store.ts'
import { wireFacts } from './wiring-facts.ts'
import { covering } from './wiring-ledger.ts'
import { wireLending } from './wiring-lending.ts'
import type { GatewayOptions } from './wiring-options.ts'
import { wirePlans } from './wiring-plans.ts'
import { wireRefresh } from './wiring-refresh.ts'
import { wireTasks } from './wiring-tasks.ts'

/** The only tenant until tenants are administered; it stands in every key from the first day. */
export const TENANT = 'main'
const VERSION = '0.1.0'
const random = pooledRandom()
/** Where `npm ci` builds the console. */
const CONSOLE_DIR = resolve(import.meta.dirname, '../console/dist')

/** Everything commands and faces stand on. */
export type Parts = Awaited<ReturnType<typeof wire>>

type Opened = Awaited<ReturnType<typeof open>>

/** Opens what must be closed again (each step is put on `undo`) and wires it. */
export async function wire(config: Config, options: GatewayOptions, undo: (() => unknown)[]) {
  const opened = await open(config, options, undo)
  const { store, log, clock, upstreams, policy } = opened
  const checkpoints = makeCheckpoints(
    { ledger: store.ledger, clock, signer: opened.logSigner, at: options.at },
    TENANT,
  )
  const base = {
    commit: store.commit,
    revisions: store.revisions,
    nowMs: clock.nowMs,
    nextId: () => uuidV7(clock.nowMs(), random(10)),
  }
  const { tools, bundles } = store
  const known = rememberTools(tools, store.revisions)
  const spine: Spine = {
    ...store,
    ...base,
    tools: { ...tools, ...known },
    node: opened.node,
    clock,
    at: options.at ?? (() => undefined),
    credentials: opened.credentials,
    decide,
    facts: wireFacts(config, store, clock),
    bundleAt: policy.cache.at,
    roleLimits: policy.roleLimits,
    exchange: upstreams.exchange,
    reach: upstreams.reach,
    callsOut: createCallsOut(),
    halts: createHalts(store.changes.subscribe, store.leases.revokedAmong),
    changes: createWaiting(store.changes.subscribe, clock),
    breaker: createBreaker(clock),
    limits: config.limits,
    ...wireLending(config, { ...store, clock, log }, options.brokers),
  }
  return {
    store,
    log,
    clock,
    spine,
    checkpoints,
    watchClock: makeClockWatch({ ...spine, ...base, clock }, TENANT),
    upstreams,
    notices: makeNoticeDelivery({
      ...spine,
      ...store,
      log,
      baseUrl: config.baseUrl,
      messengers: createChannels(config.channels ?? [], clock, config.baseUrl),
      mayApproveInChat: policy.mayApproveInChat,
    }),
    rosters: (config.rosters ?? []).map((spec) => createRoster(spec, clock)),
    listings: opened.firstListings,
    refreshDeps: await wireRefresh(config, opened, TENANT, {
      ...base,
      log,
      tools,
      bundles,
      people: store.people,
      checkBundle: policy.checkKnown,
    }),
    ...faceParts(config, opened, base, spine, known, checkpoints.publish),
  }
}

async function open(config: Config, options: GatewayOptions, undo: (() => unknown)[]) {
  const { dataDir, databaseUrl, baseUrl } = config
  const log: Log = options.log ?? pino({ level: 'info' }, pino.destination(2))
  const clock = createSteadyClock(options.clock ?? hostTime)
  const keys = openKeys(dataDir)
  const engine: EngineChoice =
    databaseUrl === undefined
      ? { kind: 'sqlite', dataDir }
      : { kind: 'postgres', url: databaseUrl, dataDir }
  const at = options.at === undefined ? {} : { at: options.at }
  const rows = await openStore({ engine, clock, random, keyWrap: keys.keyWrap, ...at })
  undo.unshift(() => rows.close())
  const store: Store = { ...rows, bundles: recordedBundles(rows.bundles, rows.ledger) }
  const origin = `${new URL(baseUrl).hostname}/countersign/${TENANT}`
  const signed = join(dataDir, 'keys', `signed-${TENANT}`)
  const logSigner = openCheckpointSigner(origin, keys.logSeed, signed)
  const audience = `${baseUrl}/mcp`
  const tokens = await openTokenSigner({ issuer: baseUrl, audience, privateJwk: keys.tokenJwk })
  const secrets = new Map(config.upstreams.map(({ id, credential }) => [id, credential]))
  const credentials = (upstream: string) => secrets.get(upstream)
  const upstreams = connectUpstreams({ upstreams: config.upstreams, clock, log, credentials })
  undo.unshift(() => upstreams.close())
  const policy = openPolicy(config, store)
  const firstListings = createFirstListings(config.upstreams.map(({ id }) => id))
  const passkeyParts = openPasskeys(config, keys.challengeKey, clock)
  return {
    store,
    log,
    clock,
    node: keys.node,
    origin,
    logSigner,
    tokens,
    credentials,
    upstreams,
    policy,
    firstListings,
    passkeyParts,
  }
}

function faceParts(
  config: Config,
  opened: Opened,
  base: Pick<Spine, 'commit' | 'nextId'> & { revisions: Store['revisions']; nowMs: () => number },
  spine: Spine,
  known: RememberedTools,
  checkpoint: () => Promise<number>,
) {
  const { store, log, clock, origin, logSigner, tokens, upstreams, policy, firstListings } = opened
  const enforce = afterListing(firstListings, makeEnforce(spine))
  const { agents, tasks, revisions } = store
  const identify = makeIdentify({ ...spine.facts, tokens, agents, tasks, revisions, clock })
  const keyed = { ...spine, passkeys: store.passkeys, ...opened.passkeyParts }
  const { planParts, planCommands } = wirePlans(keyed, known.byExposedName, store)
  const decisionParts: AskParts = { ...spine, ...store, ...opened.passkeyParts }
  const gatewayTools = makeGatewayTools(
    { ...store, ...base, ...planParts, enforce, taskLifetimeMs: config.taskLifetimeMs },
    decisionParts,
  )
  const toolByName = ({ tenant }: { readonly tenant: string }, name: string) =>
    known.byExposedName(tenant, name)
  const { approved, tasks: taskHandles } = wireTasks(spine, enforce, decisionParts)
  const agentSide = { log, identify, enforce, gatewayTools }
  return {
    mcpParts: {
      ...agentSide,
      clock,
      upstreams,
      visibleTools: async (session: TaskSession) => {
        await firstListings.all
        return makeVisibleTools(known)(session)
      },
      resolveTool: toolByName,
      publicBaseUrl: config.baseUrl,
      limits: mcpLimits(config.holdMs, config.requestsPerSecond),
      tasks: taskHandles,
    },
    approved,
    restParts: {
      ...store,
      ...base,
      ...agentSide,
      ...opened.passkeyParts,
      baseUrl: config.baseUrl,
      tenant: TENANT,
      version: VERSION,
      consoleDir: CONSOLE_DIR,
      random,
      toolByName,
      channels: (config.channels ?? []).map(({ id }) => id),
      chatReaders: createReaders(config.channels ?? []),
      chatTenant: TENANT,
      mayApproveInChat: policy.mayApproveInChat,
      signer: tokens,
      keySet: tokens.keySet,
      resource: `${config.baseUrl}/mcp`,
      tokenEndpoint: `${config.baseUrl}/oauth/token`,
      workloads: workloadReader,
      taskLifetimeMs: config.taskLifetimeMs,
      checkBundle: policy.checkBundle,
      endAuthority: endAuthorityWith({ ...store, ...base }),
      endSigned: endSignedWith(spine),
      decisions: makeDecisionCommands({ ...decisionParts, reviews: store.reviews }, spine.at),
      ...planCommands,
      stops: makeStopCommands({ ...spine, stops: store.stops }),
      ...makeEffectCommands(spine),
      policyDesk: createPolicyDesk(policy.cache, policy.checkBundle, policy.tableTests),
      origin,
      verifierKey: logSigner.verifierKey,
      checkpointCovering: covering(store, TENANT, checkpoint),
      readiness: readinessOf(TENANT, { ...store, clock }, policy.cache),
    },
  }
}
