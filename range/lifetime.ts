/**
 * How a program of the range begins and ends. Nothing of the range may outlive the one who started it, even
 * when that one was killed: every program holds the reading end of a pipe from its parent and leaves when the
 * pipe closes.
 */

/** Writes the one line on stdout that tells the parent where to find this program. */
export function announce(ready: { readonly port: number; readonly host: string }): void {
  process.stdout.write(`${JSON.stringify({ ready: true, ...ready })}\n`)
}

export type Leaving = {
  /** What is put away first; synchronous, because nothing may keep the process. */
  readonly stop?: () => void
  /** 0 for a server that was told to stop; something else for work that was cut short. */
  readonly exitCode?: number
}

/** Ends this process on SIGTERM, SIGINT or when stdin closes. */
export function leaveWithParent({ stop, exitCode = 0 }: Leaving = {}): void {
  let isLeaving = false
  const leave = () => {
    if (isLeaving) return
    isLeaving = true
    stop?.()
    process.exit(exitCode)
  }
  process.on('SIGTERM', leave)
  process.on('SIGINT', leave)
  process.stdin.on('end', leave)
  process.stdin.on('close', leave)
  process.stdin.resume()
  // Watching the pipe must not by itself keep a program alive that has nothing left to do. A file has no unref.
  if ('unref' in process.stdin) process.stdin.unref()
}
