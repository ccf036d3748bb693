/**
 * One real target whose gateway is killed again and again: in the middle of doing something, or of taking it back.
 * After every kill the next life is looked at a minute later by its clock: what it says of every effect must be what
 * the target shows, a yes that was not used must still hold, and what is there must go when a person says so.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import { connectAgent, saidBy } from '../../harness/agent-client.ts'
import { decide, rest } from '../../harness/people.ts'
import { taskToken } from '../../harness/plane.ts'
import { checkTakenBack, checkUsed } from '../check-leases.ts'
import { checkAlways, checkRecovered, type Watch } from '../check-record.ts'
import { readLive, readRemains, type Snapshot } from '../snapshot.ts'
import { LATER_MS, type Strike, type VictimPlan } from '../victim-plan.ts'
import { startVictim, type Victim } from '../victim-process.ts'
import type { Violation } from '../violation.ts'
import { checkTold, isDispatched } from './check-effects.ts'
import type { Lending, Order } from './real-target.ts'
import { type TargetInstallation, turnedClock } from './target-installation.ts'

export type Step = 'do' | 'undo'
export type TargetKill = {
  /** `start`: while it starts on what the life before left. */
  readonly step: Step | 'start'
  readonly label: string
  readonly passing: number
  /** Not at the point but so long after it. */
  readonly afterMs?: number
}
export type TargetKilled = { readonly hit: boolean; readonly violations: readonly Violation[] }

/** What is on its way through a socket when the gateway dies arrives within this. */
const ARRIVAL_MS = 5_000

/** Much longer than anything is borrowed after a restart, and no reason to wait a minute when it is not given back. */
const GIVE_BACK_MS = 5_000

/** A look at a target takes some ten milliseconds. */
const MOMENT_MS = 2_000
const LOOK_MS = 50

/** Lives in a row that may end without their kill because the way there was cut. */
const MAX_CUT = 3

/** An order that was asked for and approved, and maybe run. */
type Open = {
  readonly order: Order
  readonly call: string
  readonly approval: string
  readonly task: string
}

export class TargetLane {
  private readonly installation: TargetInstallation
  private readonly env: Readonly<Record<string, string>> | undefined
  private readonly watch: Watch
  private readonly clock = turnedClock()
  private used = 0
  private cut = 0
  private port = 0
  private last: Snapshot | undefined
  private open: Open | undefined
  private startedAtMs = 0
  /** The longest after a restart until all that was lent before a kill was known to be gone. Milliseconds. */
  longestAliveMs = 0

  constructor(installation: TargetInstallation, env?: Readonly<Record<string, string>>) {
    this.installation = installation
    this.env = env
    const { upstream, orders } = installation.target
    const [{ act, back } = { act: { name: '' }, back: { name: '' } }] = orders
    const seen = [act.name, back.name].map((name) => `${upstream.id}__${name}`)
    this.watch = { upstream: upstream.id, sees: (tool) => seen.includes(tool) }
  }

  /** One life: what the one before left is checked and brought to its end, then it dies in its own order. */
  async kill({ step, ...point }: TargetKill): Promise<TargetKilled> {
    if (step === 'start') return this.dieStarting({ phase: step, ...point })
    const victim = await this.start()
    const violations: Violation[] = []
    try {
      violations.push(
        ...(await this.lookAtLife(victim)),
        ...(await this.dieIn(victim, step, point)),
      )
      this.cut = 0
    } catch (error) {
      // A connection that was cut on a busy machine spoils one life; it is no excuse for several in a row.
      if (++this.cut > MAX_CUT) violations.push({ code: 'surprise', detail: String(error) })
    }
    victim.kill()
    const end = await victim.ended
    violations.push(...(await this.lookAtRemains(victim)))
    return { hit: end.struck, violations }
  }

  /** It serves nobody; what it met is left to the next life. */
  private async dieStarting(strike: Strike): Promise<TargetKilled> {
    const victim = await this.launch(strike)
    await victim.ready
    victim.kill()
    const end = await victim.ended
    const refusal = victim.refusal()
    const violations = [...(await this.lookAtRemains(victim))]
    if (refusal !== undefined) violations.push({ code: 'not_started', detail: refusal })
    return { hit: end.struck, violations }
  }

  /** Everything is asked and approved; in what is left it is killed. */
  private async dieIn(victim: Victim, step: Step, point: Omit<TargetKill, 'step'>) {
    await this.newOrder()
    const violations = step === 'undo' ? await this.run() : []
    await victim.arm({ phase: 'serve', ...point } satisfies Strike)
    const acting = (step === 'do' ? this.run() : this.takeBack())
      .then(() => victim.givenBack())
      .catch(() => undefined)
    const isDead = victim.ended.then(() => true)
    const isOver = await Promise.race([isDead, acting.then(() => false)])
    if (!isOver) await Promise.race([isDead, wait(500)])
    victim.kill()
    await victim.ended
    await Promise.race([acting, wait(ARRIVAL_MS, undefined, { ref: false })])
    return violations
  }

  /** The last life: everything is brought to its end and the gateway stops in order. */
  async finish(): Promise<readonly Violation[]> {
    const victim = await this.start()
    const violations = [...(await this.lookAtLife(victim))]
    await victim.close()
    return [...violations, ...(await this.lookAtRemains(victim))]
  }

  /** How often each point is passed while one order is done, and while it is taken back. Nobody is killed. */
  async measure(): Promise<Readonly<Record<Step, Readonly<Record<string, number>>>>> {
    const victim = await this.start()
    await this.newOrder()
    const none = { phase: 'start', label: '', passing: 0 } as const
    await victim.arm(none)
    const violations = [...(await this.run())]
    await victim.givenBack()
    const doing = await victim.counts()
    await victim.arm(none)
    violations.push(...(await this.takeBack()))
    await victim.givenBack()
    const undoing = await victim.counts()
    this.open = undefined
    await victim.close()
    violations.push(...(await this.lookAtRemains(victim)))
    if (violations.length > 0) throw new Error(`without any kill: ${JSON.stringify(violations)}`)
    return { do: doing, undo: undoing }
  }

  private async start(): Promise<Victim> {
    const victim = await this.launch()
    const port = await victim.ready
    if (port === undefined) throw new Error(`it did not start: ${victim.refusal()}`)
    this.port = port
    this.startedAtMs = performance.now()
    return victim
  }

  private launch(strike?: Strike): Promise<Victim> {
    const { config, folder } = this.installation
    const address = this.port === 0 ? {} : { port: this.port, baseUrl: this.baseUrl() }
    const { lending } = this.installation.target
    const plan = {
      config: { ...config, ...address },
      aheadMs: this.clock.aheadMs(),
      ...(lending === undefined ? {} : lentBy(lending)),
      ...(strike === undefined ? {} : { strike }),
    }
    return startVictim(plan, { folder, env: this.env })
  }

  private baseUrl(): string {
    return `http://localhost:${this.port}`
  }

  private reach() {
    const { dana, agent } = this.installation.world
    return { gateway: { baseUrl: this.baseUrl() }, clock: this.clock, agent, dana }
  }

  /** Nothing is in flight and no lease is alive; then time passes, and what is due is done. */
  private async lookAtLife(victim: Victim): Promise<readonly Violation[]> {
    const live = () => readLive({ ...this.installation, engine: 'sqlite' })
    const violations: Violation[] = []
    if (this.last !== undefined) violations.push(...checkRecovered(this.last, await live()))
    await this.untilGivenBack(victim)
    this.clock.turn(LATER_MS)
    await victim.sweep()
    const alive = await this.untilGivenBack(victim)
    violations.push(...(await takenBack(live, alive)))
    if (this.open !== undefined) violations.push(...(await this.bringToEnd(await live())))
    violations.push(...(await this.checkAlways(await live())))
    return violations
  }

  /** Until the gateway says so and its backend shows nothing, or for so long; answers what the backend shows. */
  private async untilGivenBack(victim: Victim): Promise<readonly string[]> {
    const { lending } = this.installation.target
    if (lending === undefined) return []
    const limit = wait(GIVE_BACK_MS + (lending.heldUpMs ?? 0), true, { ref: false })
    await Promise.race([victim.givenBack(), limit])
    const alive = await lending.alive()
    this.longestAliveMs = Math.max(this.longestAliveMs, performance.now() - this.startedAtMs)
    return alive
  }

  /** An order the kill met: told as it is, done if it was approved and not sent, and taken back. */
  private async bringToEnd(now: Snapshot): Promise<readonly Violation[]> {
    const { open } = this
    if (open === undefined) return []
    const { isThere } = this.installation.target
    const id = open.order.target.id
    const violations: Violation[] = []
    const isUndone = now.entries.some(
      ({ entry }) => entry.type === 'undo.started' && entry.data.undoes === open.call,
    )
    if (!isUndone) {
      const seen = await isThere(open.order)
      violations.push(...checkTold(now, { call: open.call, id }, seen))
      if (!isDispatched(now, open.call)) violations.push(...(await this.run()))
    }
    if (await this.isStanding(open)) violations.push(...(await this.takeBack()))
    if (await isThere(open.order)) violations.push({ code: 'not_lifted', detail: id })
    this.open = undefined
    return violations
  }

  private async isStanding({ call }: Open): Promise<boolean> {
    const path = `/api/v1/calls/${call}/undo`
    const { status, body } = await rest(this.reach(), this.reach().dana, 'GET', path)
    return status === 200 && (body.state === 'standing' || body.state === 'held')
  }

  private async newOrder(): Promise<void> {
    const { orders, upstream } = this.installation.target
    const order = orders[this.used++]
    if (order === undefined) throw new Error('there are no more orders')
    const token = await taskToken(this.reach())
    const { task } = decodeJwt<{ task: string }>(token)
    const agent = await connectAgent(this.baseUrl(), token)
    const meta = { 'countersign/hold_ms': 0 }
    const name = `${upstream.id}__${order.act.name}`
    const held = saidBy(await agent.call(name, order.act.arguments, meta))
    await agent.close()
    const { approval_id: approval, call_id: call } = held ?? {}
    if (approval === undefined || call === undefined) throw new Error(JSON.stringify(held))
    const said = await decide(this.reach(), this.reach().dana, 'approve', approval)
    if (said.body.outcome !== 'released') throw new Error(JSON.stringify(said.body))
    this.open = { order, call, approval, task }
  }

  /** The agent makes its approved call. */
  private async run(): Promise<readonly Violation[]> {
    const { order, approval, task } = this.open ?? fail()
    const token = await taskToken(this.reach(), 'respond', { task })
    const agent = await connectAgent(this.baseUrl(), token)
    const meta = { 'countersign/approval': approval, 'countersign/hold_ms': 0 }
    const name = `${this.watch.upstream}__${order.act.name}`
    const said = saidBy(await agent.call(name, order.act.arguments, meta))
    await agent.close().catch(() => {})
    if (said === undefined) return []
    return [{ code: 'yes_lost', detail: `${approval}: ${JSON.stringify(said)}` }]
  }

  /** Dana takes it back; what is gone already may be found so. */
  private async takeBack(): Promise<readonly Violation[]> {
    const { call } = this.open ?? fail()
    const reach = this.reach()
    const path = `/api/v1/calls/${call}/undo`
    const shown = await rest(reach, reach.dana, 'GET', path)
    const order = { seen_digest: shown.body.digest, reason: 'it is clean' }
    const { status, body } = await rest(reach, reach.dana, 'POST', path, order)
    if (status === 200) return []
    return [{ code: 'not_lifted', detail: `${call}: ${status} ${JSON.stringify(body)}` }]
  }

  private async lookAtRemains(victim: Victim): Promise<readonly Violation[]> {
    await this.installation.lifelines.allEnded()
    const now = await readRemains({ ...this.installation, engine: 'sqlite' })
    const violations = await this.checkAlways(now)
    this.last = now
    const errors = victim.errors().map((detail) => ({ code: 'gateway_error', detail }) as const)
    return [...violations, ...errors]
  }

  private async checkAlways(now: Snapshot): Promise<readonly Violation[]> {
    const acts = await this.installation.target.acts()
    const used = await this.installation.target.lending?.used()
    return [...checkAlways(this.last, now, acts, [], this.watch), ...checkUsed(now, used ?? [])]
  }
}

/** What is due is looked at with a lease of its own, which ends in a moment and is not of the life before. */
async function takenBack(live: () => Promise<Snapshot>, alive: readonly string[]) {
  const untilMs = performance.now() + MOMENT_MS
  let left = checkTakenBack(await live(), alive)
  while (left.length > alive.length && performance.now() < untilMs) {
    await wait(LOOK_MS)
    left = checkTakenBack(await live(), alive)
  }
  return left
}

function lentBy({ broker, certificates }: Lending): Pick<VictimPlan, 'brokers' | 'certificates'> {
  return { brokers: [broker], ...(certificates === undefined ? {} : { certificates }) }
}

function fail(): never {
  throw new Error('nothing was ordered')
}
