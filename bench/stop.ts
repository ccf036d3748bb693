/**
 * How long a stop takes: many agents at work, a person presses, and the tool server says when it last did something.
 * The floor is the same agents straight at the tool server, which has the least possible switch: a flag in memory.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { startTarget, type Target } from './gateway/start-target.ts'
import { readCall, TOOL, type WireRequest } from './gateway/wire.ts'
import { type Bench, compared } from './report.ts'
import { median } from './statistics.ts'
import { openSessions } from './stop/sessions.ts'

/** The promise (R146): from the press to the last effect. */
const LIMIT_MS = 2_000

/**
 * A hundred calls a second in both: a long run has them from a thousand agents that think for ten seconds, a short
 * one from fewer that think less, because a task for each has to be opened first.
 */
const LONG = { sessions: 1_000, everyMs: 10_000, rounds: 5 }
const SHORT = { sessions: 200, everyMs: 2_000, rounds: 2 }
/** Long enough for a request of everybody's to be under way or just done. */
const WORK_MS = 1_500
/** After this an effect would have been seen; well beyond the limit. */
const SETTLE_MS = 3_000

type Switch = { readonly press: () => Promise<void>; readonly release: () => Promise<void> }
type Times = { readonly effect: number[]; readonly answer: number[] }

export const benchStop: Bench = async ({ isShort, profileDir, progress }) => {
  const plan = isShort ? SHORT : LONG
  const upstream = await startTarget('../stop/upstream.ts')
  const profile = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]
  const behind = { BENCH_UPSTREAM: upstream.url }
  const gateway = await startTarget('../stop/countersign.ts', behind, profile).catch(
    async (error: unknown) => {
      await upstream.stop()
      throw error
    },
  )
  try {
    const direct = Array.from({ length: plan.sessions }, () => readCall(TOOL, ''))
    const governed: WireRequest[] = []
    while (governed.length < plan.sessions) {
      governed.push(readCall(`log__${TOOL}`, await gateway.token()))
      if (governed.length % 200 === 0) progress(`${governed.length} tasks are open`)
    }
    const floor = await timesOf(upstream.url, direct, flagOf(upstream), upstream, plan, progress)
    const ours = await timesOf(
      gateway.url,
      governed,
      await stopOf(gateway),
      upstream,
      plan,
      progress,
    )
    return {
      bench: 'stop',
      cases: [
        compared('press to last effect, median', median(ours.effect), median(floor.effect), 'ms'),
        compared('press to last effect, worst', worst(ours.effect), worst(floor.effect), 'ms'),
        compared('press to last answer, worst', worst(ours.answer), worst(floor.answer), 'ms'),
      ],
      limits: [
        {
          text: `last effect at most ${LIMIT_MS} ms after the press, ${plan.sessions} agents at work: worst of ${plan.rounds} was ${worst(ours.effect).toFixed(0)} ms`,
          isKept: worst(ours.effect) <= LIMIT_MS,
        },
      ],
    }
  } finally {
    await gateway.stop()
    await upstream.stop()
  }
}

async function timesOf(
  url: string,
  wires: readonly WireRequest[],
  control: Switch,
  witness: Target,
  plan: typeof LONG,
  progress: (line: string) => void,
): Promise<Times> {
  const sessions = openSessions(url, wires, plan.everyMs)
  const times: Times = { effect: [], answer: [] }
  await wait(plan.everyMs)
  try {
    for (let round = 1; round <= plan.rounds; round++) {
      await wait(WORK_MS)
      const before = sessions.counts()
      if (before.answered === 0) throw new Error('nobody was answered before the stop')
      const pressedMs = Date.now()
      await control.press()
      const backMs = await sessions.backSince(pressedMs)
      await wait(SETTLE_MS)
      const lastMs = Number(await witness.ask('lastEffect'))
      if (sessions.counts().refused <= before.refused) throw new Error('nobody was refused')
      // An effect in the millisecond of the press, or none after it, took less than one.
      times.effect.push(Math.max(1, lastMs - pressedMs))
      times.answer.push(backMs - pressedMs)
      await control.release()
      progress(`round ${round} of ${plan.rounds}: last effect ${times.effect.at(-1)} ms`)
    }
  } finally {
    await sessions.end()
  }
  return times
}

/** The tool server's own flag. */
function flagOf({ url }: Target): Switch {
  const set = (path: string) => async () => {
    await fetch(new URL(path, url), { method: 'POST' })
  }
  return { press: set('/stop'), release: set('/go') }
}

/** An analyst presses, who leads lifts it; over the API as the console does. */
async function stopOf(gateway: Target): Promise<Switch> {
  const [analyst, lead] = [await gateway.ask('analyst'), await gateway.ask('lead')]
  const send = async (token: unknown, method: string, path: string, body: object) => {
    const response = await fetch(new URL(path, gateway.url), {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`)
    return response.json()
  }
  let id = ''
  return {
    press: async () => {
      const { stop } = (await send(analyst, 'POST', '/api/v1/stops', { scope: 'tenant' })) as {
        stop: { id: string }
      }
      id = stop.id
    },
    release: async () => {
      await send(lead, 'DELETE', `/api/v1/stops/${id}`, { reason: 'next round' })
    },
  }
}

function worst(samples: readonly number[]): number {
  return Math.max(...samples)
}
