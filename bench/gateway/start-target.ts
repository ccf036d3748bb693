/** The parent's side of a bench target: each runs in a process of its own, so that its CPU time is its own. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Question } from './target.ts'

export type Target = {
  readonly url: string
  /** CPU time the process used so far, ms. */
  readonly cpuMs: () => Promise<number>
  readonly token: () => Promise<string>
  /** What the target answers by this name. */
  readonly ask: (name: string) => Promise<unknown>
  readonly stop: () => Promise<void>
}

/** The slowest target opens a store, publishes a policy and asks a tool server; ten times what that takes. */
const START_TIMEOUT_MS = 30_000

/** `script` is relative to this folder and calls `serveTarget`. Rejects when it ends or stays silent. */
export async function startTarget(
  script: string,
  environment: Readonly<Record<string, string>> = {},
  execArgv: readonly string[] = [],
): Promise<Target> {
  const child = fork(new URL(script, import.meta.url), {
    env: { ...process.env, ...environment },
    execArgv: [...execArgv],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${script} ended with code ${code}`)
  })
  // Its end after `stop` is wanted; only somebody who waits for an answer hears of it.
  ended.catch(() => undefined)
  const heard = async (signal?: AbortSignal): Promise<unknown> => {
    const [answer] = await Promise.race([once(child, 'message', signal && { signal }), ended])
    return answer
  }
  const ask = async (question: Question): Promise<unknown> => {
    const answer = heard()
    child.send(question)
    return answer
  }
  try {
    const url = String(await heard(AbortSignal.timeout(START_TIMEOUT_MS)))
    return {
      url,
      cpuMs: async () => Number(await ask('cpu')),
      token: async () => String(await ask('token')),
      ask: (name) => ask(`ask:${name}`),
      stop: async () => {
        child.send('stop')
        await ended.catch(() => undefined)
      },
    }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}
