/** One installation that is killed again and again, and looked at after every kill. */
import { trustPolicyText } from '../../src/cli/case-export.ts'
import { verifyExport } from '../../src/verify/verify.ts'
import { rest } from '../harness/people.ts'
import { checkAlways, checkRecovered, type Witnessed } from './check-record.ts'
import type { Installation } from './installation.ts'
import type { Kill } from './kill-plan.ts'
import { type Memory, newMemory } from './memory.ts'
import { readLive, readRemains, type Snapshot } from './snapshot.ts'
import { startVictim, type Victim } from './victim-process.ts'
import type { Violation } from './violation.ts'
import { resolveOpenQuestions, work } from './workload.ts'

export type KillResult = {
  readonly kill: Kill
  /** It died where it was told to; otherwise the point was not reached in three rounds of work. */
  readonly hit: boolean
  readonly violations: readonly Violation[]
  /** Entries in the log when it died. */
  readonly entries: number
}

/** Three rounds of work pass every point more often than the plan asks for. */
const MAX_ROUNDS = 3
/** What is already on its way through a socket when the gateway dies arrives within this. Milliseconds. */
const ARRIVAL_MS = 5_000

/** Nobody works with a blank installation; it lists its tools within this. Milliseconds. */
const BLANK_LIFE_MS = 4_000

export class Lane {
  private readonly installation: Installation
  private readonly env: Readonly<Record<string, string>> | undefined
  private readonly memory: Memory = newMemory()
  /** The same port in every life, so that a token stays valid: it names the gateway's address. */
  private port = 0
  private last: Snapshot | undefined

  constructor(installation: Installation, env?: Readonly<Record<string, string>>) {
    this.installation = installation
    this.env = env
  }

  /** One life: start, check what the life before left, work, die, check what is left. */
  async kill(kill: Kill): Promise<KillResult> {
    const victim = await this.start(kill)
    const timer = kill.atMs === undefined ? undefined : setTimeout(victim.kill, kill.atMs)
    const violations: Violation[] = []
    const port = await victim.ready
    if (port !== undefined) {
      this.port = port
      violations.push(...(await this.checkServing(victim)), ...(await this.workUntilDeath(victim)))
    }
    // The point was not reached: the life ends here all the same.
    if (port !== undefined) victim.kill()
    const end = await victim.ended
    clearTimeout(timer)
    if (end.signal !== 'SIGKILL') {
      const why = victim.refusal() ?? `exit ${end.exitCode}`
      violations.push({ code: 'not_started', detail: `${why} ${victim.errors().join(' ')}` })
    } else {
      violations.push(...errorsOf(victim))
    }
    violations.push(...(await this.checkRemains()))
    const isHit = kill.atMs === undefined ? end.struck : end.signal === 'SIGKILL'
    return { kill, hit: isHit, violations, entries: this.last?.entries.length ?? 0 }
  }

  /** The last life: everything open is brought to its end, the case is exported, and the gateway stops. */
  async finish(): Promise<readonly Violation[]> {
    const victim = await this.start()
    const port = await victim.ready
    if (port === undefined) {
      await victim.ended
      return [{ code: 'not_started', detail: victim.refusal() ?? victim.errors().join(' ') }]
    }
    this.port = port
    const violations = [...(await this.checkServing(victim))]
    try {
      await resolveOpenQuestions(this.outside())
      violations.push(...this.surprises())
      if (!this.installation.isBlank) violations.push(...(await this.verifyExport()))
    } catch (error) {
      violations.push({ code: 'surprise', detail: String(error) })
    }
    await victim.close()
    return [...violations, ...errorsOf(victim), ...(await this.checkRemains())]
  }

  /** A life without any kill; answers how often each point is passed in one round of work. */
  async measure(): Promise<Readonly<Record<string, number>>> {
    const victim = await this.start()
    this.port = (await victim.ready) ?? 0
    await work(this.outside())
    const counts = await victim.counts()
    await victim.close()
    const violations = [...this.surprises(), ...errorsOf(victim), ...(await this.checkRemains())]
    if (violations.length > 0) throw new Error(`without any kill: ${JSON.stringify(violations)}`)
    return counts
  }

  private async start(kill?: Kill): Promise<Victim> {
    const { config, folder } = this.installation
    const address = this.port === 0 ? {} : { port: this.port, baseUrl: this.baseUrl() }
    const strike = kill?.strike === undefined ? {} : { strike: kill.strike }
    const plan = { config: { ...config, ...address }, ...strike }
    return startVictim(plan, { folder, env: this.env })
  }

  private baseUrl(): string {
    return `http://localhost:${this.port}`
  }

  private outside() {
    const { world } = this.installation
    return { world, baseUrl: this.baseUrl(), memory: this.memory }
  }

  /** A gateway that was just started, before anything is asked of it. */
  private async checkServing(victim: Victim): Promise<readonly Violation[]> {
    try {
      const now = await readLive(this.installation)
      const recovered = this.last === undefined ? [] : checkRecovered(this.last, now)
      const always = this.checkAlways(now)
      return [...recovered, ...always, ...(await this.checkLedger())]
    } catch (error) {
      // Killed from outside while it was looked at: the next life is looked at again.
      const isDead = await Promise.race([victim.ended.then(() => true), soon(false)])
      if (isDead) return []
      throw error
    }
  }

  /** As `countersign ledger check` does. A blank installation has nobody who could ask. */
  private async checkLedger(): Promise<readonly Violation[]> {
    if (this.installation.isBlank) return []
    const { world } = this.installation
    const reach = { gateway: { baseUrl: this.baseUrl() } }
    const { status, body } = await rest(reach, world.petra, 'GET', '/api/v1/ledger/check')
    if (status === 200 && body.ok === true) return []
    return [{ code: 'ledger_check_failed', detail: `${status} ${JSON.stringify(body)}` }]
  }

  private async workUntilDeath(victim: Victim): Promise<readonly Violation[]> {
    if (this.installation.isBlank) {
      await Promise.race([victim.ended, soon(undefined, BLANK_LIFE_MS)])
      return []
    }
    const working = this.rounds().catch((error: unknown) => error)
    const first = await Promise.race([victim.ended, working])
    const isDead = await Promise.race([victim.ended.then(() => true), soon(false)])
    // Answers may have arrived although their sender is dead: they count.
    await Promise.race([working, soon(undefined, ARRIVAL_MS)])
    const surprises = this.surprises()
    if (isDead || !(first instanceof Error)) return surprises
    return [...surprises, { code: 'surprise', detail: `the work failed: ${first.stack}` }]
  }

  private async rounds(): Promise<undefined> {
    for (let round = 0; round < MAX_ROUNDS; round++) await work(this.outside())
    return undefined
  }

  private surprises(): readonly Violation[] {
    return this.memory.surprises.splice(0).map((detail) => ({ code: 'surprise', detail }))
  }

  private async checkRemains(): Promise<readonly Violation[]> {
    await this.installation.lifelines.allEnded()
    const now = await readRemains(this.installation)
    const violations = this.checkAlways(now)
    this.last = now
    return violations
  }

  private checkAlways(now: Snapshot): readonly Violation[] {
    const witnessed = this.installation.tools.calls() as readonly Witnessed[]
    return checkAlways(this.last, now, witnessed, this.memory.acknowledged)
  }

  private async verifyExport(): Promise<readonly Violation[]> {
    const { world } = this.installation
    const reach = { gateway: { baseUrl: this.baseUrl() } }
    const response = await fetch(`${this.baseUrl()}/api/v1/cases/${world.caseId}/export`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.dana.token}` },
    })
    const bytes = new Uint8Array(await response.arrayBuffer())
    const { body } = await rest(reach, world.petra, 'GET', '/api/v1/ledger/checkpoint')
    const verdict = verifyExport(bytes, trustPolicyText(String(body.verifier_key)))
    if (response.status === 200 && verdict.exitCode === 0) return []
    return [{ code: 'export_not_verified', detail: `${response.status} ${verdict.summary}` }]
  }
}

function errorsOf(victim: Victim): readonly Violation[] {
  return victim.errors().map((detail) => ({ code: 'gateway_error', detail }))
}

/** Long enough for the end of a process to be noticed after the end of its sockets. */
function soon<T>(value: T, ms = 500): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, ms, value).unref())
}
