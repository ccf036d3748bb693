/**
 * How a program of the range begins and ends. Nothing of the range may outlive the one who started it, even
 * when that one was killed: every program holds the reading end of a pipe from its parent and leaves when the
 * pipe closes.
 */

/** Writes the one line on stdout that tells the parent where to find this program. */
export function announce(ready: { readonly port: number; readonly host: string }): void {
  process.stdout.write(`${JSON.stringify({ ready: true, ...ready })}\n`)
}

/** Ends this process on SIGTERM, SIGINT or when stdin closes, after `stop` has had its say. */
export function leaveWithParent(stop: () => void): void {
  let isLeaving = false
  const leave = () => {
    if (isLeaving) return
    isLeaving = true
    stop()
    process.exit(0)
  }
  process.on('SIGTERM', leave)
  process.on('SIGINT', leave)
  process.stdin.on('end', leave)
  process.stdin.on('close', leave)
  process.stdin.resume()
}
