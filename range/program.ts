/** Starting and ending one program of the range as a child process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { z } from 'zod'
import { compiledCode } from './settings.ts'

export type Program = {
  readonly name: string
  readonly pid: number
  readonly host: string
  readonly port: number
  /** Ends it; resolves once it is gone. */
  readonly stop: () => Promise<void>
}

/** Ten times what the slowest start takes on a busy two-core machine. */
const START_TIMEOUT_MS = 15_000
/** A program of the range keeps nothing that would need longer to put away. */
const STOP_TIMEOUT_MS = 2_000

const announcement = z.object({ ready: z.literal(true), host: z.string(), port: z.int() })

/**
 * Runs `file` under this Node with exactly the given environment (and `compiledCode`) and waits until it says where it
 * listens. Rejects with its name when it ends or stays silent.
 */
export async function startProgram(
  name: string,
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<Program> {
  const child = spawn(process.execPath, [file], {
    env: { ...compiledCode(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // The pipe may break while the child leaves; its exit is what we wait for.
  child.stdin.on('error', () => undefined)
  let complaint = ''
  const listen = (chunk: Buffer) => {
    complaint += chunk.toString('utf8')
  }
  child.stderr.on('data', listen)
  try {
    const line = await firstLine(child, child.stdout)
    const { host, port } = announcement.parse(JSON.parse(line))
    child.stderr.off('data', listen).pipe(process.stderr)
    return { name, pid: child.pid ?? 0, host, port, stop: () => stopChild(child) }
  } catch (error) {
    await stopChild(child)
    throw new Error(`${name} of the practice range did not start: ${complaint}`, { cause: error })
  }
}

async function firstLine(child: ChildProcess, stdout: Readable): Promise<string> {
  const lines = createInterface({ input: stdout })
  const signal = AbortSignal.timeout(START_TIMEOUT_MS)
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`it ended with code ${code}`)
  })
  // Later ends are nobody's concern here; without this they would be unhandled rejections.
  ended.catch(() => undefined)
  const [line] = await Promise.race([once(lines, 'line', { signal }), ended])
  return String(line)
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = once(child, 'exit')
  child.stdin?.end()
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await gone
  clearTimeout(killer)
}
