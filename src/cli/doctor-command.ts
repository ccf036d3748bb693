/** `doctor`: looks at an installation and says, for each thing that is not well, the one step that helps. */
import type { Command } from 'commander'
import { type Config, readConfig } from '../config.ts'
import { readiness } from '../contract/ledger.ts'
import { codeOf } from '../kernel/failure.ts'
import { visible } from '../kernel/visible-text.ts'
import type { Cli } from './context.ts'
import { type CheckResult, failed, failedBy, ok, skipped, warning } from './doctor-check.ts'
import { checkLeases, checkSecrets } from './doctor-credentials.ts'
import { checkGovernance } from './doctor-governance.ts'
import { checkDataDirectory, checkNode } from './doctor-host.ts'
import { checkNotices } from './doctor-notices.ts'
import { checkActivePolicy, checkCoverage, checkRoles } from './doctor-people.ts'
import { checkReviews } from './doctor-reviews.ts'
import { checkUpstreams } from './doctor-upstreams.ts'
import { EXIT } from './exit-codes.ts'
import { type Installation, runningInstallation, storedInstallation } from './installation.ts'

export function doctorCommand(noun: Command, cli: Cli): void {
  noun
    .description(
      'check an installation; exit 1 when anything has failed. Asks the gateway while it runs',
    )
    .action(() => doctor(cli))
}

async function doctor(cli: Cli): Promise<void> {
  const checks = await examine(cli)
  const failures = checks.filter(({ state }) => state === 'failed').length
  if (failures > 0) cli.finish(EXIT.failed)
  cli.show({ ok: failures === 0, checks }, () => {
    const last = failures === 0 ? 'Nothing has failed.' : `${failures} check(s) failed.`
    return `${checks.map((check) => checkText(cli, check)).join('')}${last}\n`
  })
}

const MARKS = { ok: 'ok  ', warning: 'warn', failed: 'FAIL', skipped: '-   ' } as const
const COLOURS = { ok: 'green', warning: 'yellow', failed: 'red', skipped: 'dim' } as const

function checkText(cli: Cli, { name, state, detail, next }: CheckResult): string {
  const mark = cli.paint.out(COLOURS[state], MARKS[state])
  const step = next === undefined ? '' : `       next: ${visible(next)}\n`
  return `${mark} ${name.padEnd(24)} ${visible(detail)}\n${step}`
}

async function examine(cli: Cli): Promise<readonly CheckResult[]> {
  const host = [checkNode()]
  let config: Config
  try {
    config = readConfig()
  } catch (error) {
    return [...host, failedBy('configuration', error)]
  }
  const directory = checkDataDirectory(config.dataDir)
  const ready = await readinessOf(config.baseUrl)
  return [
    ...host,
    ok('configuration', `${config.baseUrl}, ${config.upstreams.length} tool server(s)`),
    ...directory,
    ...(ready ?? [
      skipped('gateway', `none runs at ${config.baseUrl}; the data directory is read itself`),
    ]),
    ...(await installationChecks(cli, config, ready !== undefined, directory)),
    ...(await checkUpstreams(config)),
  ]
}

/** Where nothing listens the answer is there at once; a gateway this slow is busy, not absent. */
const READINESS_TIMEOUT_MS = 15_000

/** What a running gateway says of itself; undefined when none answers. */
async function readinessOf(baseUrl: string): Promise<readonly CheckResult[] | undefined> {
  const answer: unknown = await fetch(`${baseUrl}/readyz`, {
    signal: AbortSignal.timeout(READINESS_TIMEOUT_MS),
  })
    .then((response) => response.json())
    .catch(() => undefined)
  const said = readiness.safeParse(answer)
  if (!said.success) return undefined
  return said.data.checks.map(({ name, ok: isWell, code }) =>
    isWell
      ? ok(`gateway ${name}`, 'ready')
      : failed(`gateway ${name}`, `not ready: ${code}`, `See ${baseUrl}/problems/${code}`),
  )
}

async function installationChecks(
  cli: Cli,
  config: Config,
  isRunning: boolean,
  directory: readonly CheckResult[],
): Promise<readonly CheckResult[]> {
  if (!isRunning && directory.some(({ state }) => state === 'failed')) {
    return [skipped('store', 'not opened before the data directory is in order')]
  }
  let installation: Installation
  try {
    installation = isRunning ? runningInstallation(cli.gateway()) : await storedInstallation(config)
  } catch (error) {
    return [failedBy(isRunning ? 'who asks' : 'store', error)]
  }
  try {
    return await lookAt(installation, config)
  } finally {
    await installation.close()
  }
}

async function lookAt(installation: Installation, config: Config): Promise<readonly CheckResult[]> {
  const nowMs = Date.now()
  const channels = (config.channels ?? []).map(({ id }) => id)
  const policy = await checkActivePolicy(installation, config.floorDir, nowMs).catch(
    (error: unknown) => ({ results: [failedBy('policy', error)], roles: [] }),
  )
  return [
    await attempt('clock', () => checkClock(installation)),
    ...policy.results,
    ...(await checkRoles(installation, policy.roles, nowMs).catch((error: unknown) => [
      failedBy('roles', error),
    ])),
    await attempt('rota', () => checkCoverage(installation)),
    await attempt('notices', () => checkNotices(installation, channels, nowMs)),
    await attempt('two people', () => checkGovernance(installation)),
    await attempt('reviews', () => checkReviews(installation, nowMs)),
    await attempt('borrowed credentials', () => checkLeases(installation, nowMs)),
    await attempt('sealed secrets', () => checkSecrets(installation, nowMs)),
    await attempt('tools', () => checkTools(installation)),
    await attempt('ledger', () => checkLog(installation)),
  ]
}

async function attempt(name: string, check: () => Promise<CheckResult>): Promise<CheckResult> {
  try {
    return await check()
  } catch (error) {
    const missing = codeOf(error) === 'not_permitted'
    return missing
      ? skipped(name, error instanceof Error ? error.message : name)
      : failedBy(name, error)
  }
}

/** DESIGN 7: a node skewed more than 1 s from the database is not ready. */
const MAX_SKEW_MS = 1_000

async function checkClock(installation: Installation): Promise<CheckResult> {
  const skewMs = await installation.skewMs()
  if (skewMs === undefined) return skipped('clock', 'the gateway compares it with its database')
  if (Math.abs(skewMs) <= MAX_SKEW_MS)
    return ok('clock', 'agrees with the database; the store opened durably')
  return failed(
    'clock',
    `${Math.round(skewMs)} ms away from the database`,
    'Synchronise the clock.',
  )
}

async function checkTools(installation: Installation): Promise<CheckResult> {
  const blocked = await installation.blockedTools()
  if (blocked.length === 0) return ok('tools', 'none is blocked pending review')
  return warning(
    'tools',
    `blocked pending review: ${blocked.join(', ')}`,
    'Run countersign tool review.',
  )
}

async function checkLog(installation: Installation): Promise<CheckResult> {
  const { ok: isWell, size, findings } = await installation.checkLog()
  if (isWell) return ok('ledger', `${size} entries, and everything they promise holds`)
  const first = findings[0]
  const detail = `${findings.length} finding(s), the first: ${first?.code}: ${first?.detail}`
  return failed('ledger', detail, 'Treat it as tampering: see countersign ledger check.')
}
