/** The agents' side: so many requests in flight on kept connections, every answer checked. */
import { Agent } from 'node:http'
import { send } from './send.ts'
import { ANSWER_MARK, type WireRequest } from './wire.ts'

export type Load = {
  readonly latenciesMs: readonly number[]
  readonly elapsedMs: number
}

/** Makes exactly `calls` requests. Rejects at the first that is not answered by the tool. */
export async function load(
  url: string,
  wire: WireRequest,
  inFlight: number,
  calls: number,
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
  const latenciesMs: number[] = []
  let next = 0
  const one = async (): Promise<void> => {
    while (next < calls) {
      const id = ++next
      const startedMs = performance.now()
      const answer = await send(agent, url, wire, id)
      latenciesMs.push(performance.now() - startedMs)
      if (!answer.includes(ANSWER_MARK)) throw new Error(`not an answer: ${answer.slice(0, 500)}`)
    }
  }
  const startedMs = performance.now()
  try {
    await Promise.all(Array.from({ length: inFlight }, one))
    return { latenciesMs, elapsedMs: performance.now() - startedMs }
  } finally {
    agent.destroy()
  }
}
