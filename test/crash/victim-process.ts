/** One life of the gateway as a child process: from its start to its end, planned or not. */
import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { SHORT_LIVED } from '../house/short-lived.ts'
import { PLAN_VARIABLE } from '../sabotage/plan.ts'
import { VICTIM_SOURCE, victimInOneFile } from './one-file.ts'
import {
  STRUCK,
  type Strike,
  type VictimHears,
  type VictimPlan,
  type VictimSays,
} from './victim-plan.ts'

/** How a life ended. */
export type End = {
  readonly signal: string | null
  readonly exitCode: number | null
  /** It ended itself where it was told to. */
  readonly struck: boolean
}

export type Victim = {
  /** Resolves with the port when it serves; undefined when it ended before. */
  readonly ready: Promise<number | undefined>
  readonly ended: Promise<End>
  /** Why it refused to start. */
  readonly refusal: () => string | undefined
  /** What it logged as an error, or wrote to its error output. */
  readonly errors: () => readonly string[]
  readonly kill: () => void
  /** From now on it ends itself there. */
  readonly arm: (strike: Strike) => Promise<void>
  /** Does what is due by its clock. */
  readonly sweep: () => Promise<void>
  /** Resolves when nothing is borrowed any more; never when it dies before. */
  readonly givenBack: () => Promise<void>
  /** How often each label was passed since it serves. */
  readonly counts: () => Promise<Readonly<Record<string, number>>>
  /** An orderly end. */
  readonly close: () => Promise<void>
}

/** On two busy cores a start takes about a second, a first one three, and each borrowed call half of one. Nothing honest
 * takes this long. */
const LIFE_LIMIT_MS = 120_000

export type VictimOptions = {
  /** For the plan file. */
  readonly folder: string
  /** What a control adds to the environment. It takes a module out, as a run under sabotage does, so the victim runs from
   * the sources. */
  readonly env: Readonly<Record<string, string>> | undefined
}

export async function startVictim(
  plan: VictimPlan,
  { folder, env }: VictimOptions,
): Promise<Victim> {
  const isWhole = env === undefined && process.env[PLAN_VARIABLE] === undefined
  const script = isWhole ? await victimInOneFile() : VICTIM_SOURCE
  const planFile = join(folder, 'victim.json')
  writeFileSync(planFile, JSON.stringify(plan))
  const child = spawn(process.execPath, [...SHORT_LIVED, script, planFile], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  })
  const errors: string[] = []
  let output = ''
  let refusal: string | undefined
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => errors.push(text.trim()))
  child.on('message', (said: VictimSays) => {
    if (said.kind === 'error') errors.push(said.text)
    if (said.kind === 'refused') refusal = `${said.code}: ${said.detail}`
  })
  const limit = setTimeout(() => {
    errors.push(`it was still alive after ${LIFE_LIMIT_MS} ms`)
    child.kill('SIGKILL')
  }, LIFE_LIMIT_MS)
  const ended = new Promise<End>((resolve) => {
    child.once('close', (exitCode, signal) => {
      clearTimeout(limit)
      resolve({ exitCode, signal, struck: output.includes(STRUCK) })
    })
  })
  return {
    ready: Promise.race([
      heard(child, 'ready').then(({ port }) => port),
      ended.then(() => undefined),
    ]),
    ended,
    refusal: () => refusal,
    errors: () => errors,
    kill: () => void child.kill('SIGKILL'),
    arm: async (strike) => {
      const answer = heard(child, 'armed')
      tell(child, strike)
      await answer
    },
    sweep: async () => {
      const answer = heard(child, 'swept')
      tell(child, 'sweep')
      await answer
    },
    givenBack: async () => {
      const answer = heard(child, 'given back')
      tell(child, 'give back')
      await answer
    },
    counts: async () => {
      const answer = heard(child, 'passed')
      tell(child, 'count')
      return (await answer).counts
    },
    close: async () => {
      tell(child, 'close')
      await Promise.race([
        ended,
        wait(10_000, undefined, { ref: false }).then(() => child.kill('SIGKILL')),
      ])
      await ended
    },
  }
}

function tell(child: ChildProcess, hears: VictimHears): void {
  // One that is dead already needs not be told.
  if (child.connected) child.send(hears)
}

function heard<K extends VictimSays['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<VictimSays, { kind: K }>> {
  return new Promise((resolve) => {
    const listen = (said: VictimSays): void => {
      if (said.kind !== kind) return
      child.off('message', listen)
      resolve(said as Extract<VictimSays, { kind: K }>)
    }
    child.on('message', listen)
  })
}
