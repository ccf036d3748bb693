/**
 * Agents at work: each has a task and a connection of its own and calls a tool every few seconds, as one that thinks
 * in between does. They go on calling while they are stopped, which is what a stop is for.
 */
import { Agent } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { send } from '../gateway/send.ts'
import { ANSWER_MARK, type WireRequest } from '../gateway/wire.ts'

export type Sessions = {
  /** Answers of the tool so far, and of something else instead of it. */
  readonly counts: () => { readonly answered: number; readonly refused: number }
  /** When the last call that was out at this instant came back, on the clock of `Date.now`. */
  readonly backSince: (instantMs: number) => Promise<number>
  readonly end: () => Promise<void>
}

/** `everyMs` is the time from call to call of one agent; they begin spread over it. */
export function openSessions(
  url: string,
  wires: readonly WireRequest[],
  everyMs: number,
): Sessions {
  const ended = new AbortController()
  const out = new Map<Promise<unknown>, number>()
  let answered = 0
  let refused = 0
  const one = async (wire: WireRequest, at: number): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    try {
      await wait((at / wires.length) * everyMs, undefined, { signal: ended.signal })
      for (let id = 1; ; id++) {
        const startedMs = Date.now()
        const answer = send(agent, url, wire, id)
        out.set(answer, startedMs)
        if ((await answer).includes(ANSWER_MARK)) answered++
        else refused++
        out.delete(answer)
        const restMs = Math.max(0, everyMs - (Date.now() - startedMs))
        await wait(restMs, undefined, { signal: ended.signal })
      }
    } catch (error) {
      if (!ended.signal.aborted) throw error
    } finally {
      agent.destroy()
    }
  }
  const all = Promise.all(wires.map(one))
  all.catch(() => ended.abort())
  return {
    counts: () => ({ answered, refused }),
    backSince: async (instantMs) => {
      const waited = [...out].filter(([, startedMs]) => startedMs <= instantMs)
      await Promise.all(waited.map(([answer]) => answer))
      return Date.now()
    },
    end: async () => {
      await Promise.all(out.keys())
      ended.abort()
      await all
    },
  }
}
