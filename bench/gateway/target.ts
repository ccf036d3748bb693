/**
 * The child's side of a bench target: says where it listens, then answers what it is asked over the channel to
 * its parent. It leaves when the parent does.
 */

export type Question = 'cpu' | 'token' | 'stop'

export type TargetParts = {
  readonly url: string
  /** A bearer token for the next minutes; empty where none is needed. */
  readonly token?: () => Promise<string>
  readonly close: () => Promise<void>
}

export function serveTarget({ url, token, close }: TargetParts): void {
  const leave = () => void close().finally(() => process.exit(0))
  process.on('message', (question: Question) => {
    if (question === 'stop') leave()
    else if (question === 'cpu') answer(cpuMs())
    else void token?.().then(answer)
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
