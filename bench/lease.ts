/**
 * What it takes to borrow a credential and to give it back, for each kind of backend. The floor is the least that can
 * be asked of the same backend: a login and a query, a program that only looks, one request. What is over the floor is
 * what the backend does to make a credential, and the round trips that takes.
 */
import type { Clock } from '../src/kernel/clock.ts'
import { heldOf, requestFor, SIGNAL } from '../test/lease/lease-request.ts'
import type { Lender } from './lease/lender.ts'
import { awsLender, githubLender, oauthLender, vaultLender } from './lease/over-http.ts'
import { postgresLender, sshLender } from './lease/real.ts'
import { type Bench, type BenchCase, compared } from './report.ts'
import { median } from './statistics.ts'

const LONG = 200
const SHORT = 20
/** So that compiled code and open connections are there. */
const WARM_UP = 5

const clock: Clock = { nowMs: Date.now }

export const benchLease: Bench = async ({ isShort, progress }) => {
  const rounds = isShort ? SHORT : LONG
  const cases: BenchCase[] = []
  for (const [kind, open] of lendersOf(progress)) {
    const lender = await open()
    try {
      cases.push(...(await casesOf(kind, lender, rounds)))
      progress(`${kind}: ${rounds} leases`)
    } finally {
      await lender.close()
    }
  }
  return { bench: 'lease', cases, limits: [] }
}

function lendersOf(
  progress: (line: string) => void,
): readonly (readonly [string, () => Promise<Lender>])[] {
  const url = process.env.COUNTERSIGN_TEST_POSTGRES_URL
  if (url === undefined) progress('PostgreSQL left out: COUNTERSIGN_TEST_POSTGRES_URL is not set')
  return [
    ...(url === undefined ? [] : [['postgres', () => postgresLender(url)] as const]),
    ['ssh', () => sshLender(clock)],
    ['vault', () => vaultLender(clock)],
    ['aws', () => awsLender(clock)],
    ['github', () => githubLender(clock)],
    ['oauth', () => oauthLender(clock)],
  ]
}

async function casesOf(
  kind: string,
  { broker, floor, floorName, ttlMs }: Lender,
  rounds: number,
): Promise<readonly BenchCase[]> {
  const times = { issue: [] as number[], revoke: [] as number[], floor: [] as number[] }
  for (let round = 0; round < WARM_UP + rounds; round++) {
    const request = requestFor(clock, { lease: `bench-${round}`, ttlMs })
    const floorMs = await timed(floor)
    let issued: Awaited<ReturnType<typeof broker.issue>> | undefined
    const issueMs = await timed(async () => {
      issued = await broker.issue(request, SIGNAL)
    })
    const held = heldOf(request, issued)
    const revokeMs = await timed(() => broker.revoke(held, 'task_ended', SIGNAL))
    if (round < WARM_UP) continue
    times.floor.push(floorMs)
    times.issue.push(issueMs)
    times.revoke.push(revokeMs)
  }
  const least = median(times.floor)
  return [
    compared(`${kind}, issue / ${floorName}`, median(times.issue), least, 'ms'),
    // Nothing is asked where nothing can be taken back.
    ...(broker.kind === 'aws'
      ? []
      : [compared(`${kind}, revoke / ${floorName}`, median(times.revoke), least, 'ms')]),
  ]
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}
