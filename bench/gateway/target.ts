/**
 * The child's side of a bench target: says where it listens, then answers what it is asked over the channel to
 * its parent. It leaves when the parent does.
 */

/** Beside these a target may answer more, by names of its own. */
export type Question = 'cpu' | 'token' | 'stop' | `ask:${string}`

export type TargetParts = {
  readonly url: string
  /** A bearer token for the next minutes; empty where none is needed. */
  readonly token?: () => Promise<string>
  readonly answers?: Readonly<Record<string, () => string | number | Promise<string | number>>>
  readonly close: () => Promise<void>
}

export function serveTarget({ url, token, answers = {}, close }: TargetParts): void {
  const leave = () => void close().finally(() => process.exit(0))
  process.on('message', (question: Question) => {
    if (question === 'stop') leave()
    else if (question === 'cpu') answer(cpuMs())
    else if (question === 'token') void token?.().then(answer)
    else void Promise.resolve(answers[question.slice('ask:'.length)]?.() ?? '').then(answer)
  })
  process.on('disconnect', leave)
  answer(url)
}

function answer(value: string | number): void {
  process.send?.(value)
}

/** CPU time of this whole process since its start, threads of the engine included. Milliseconds. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
