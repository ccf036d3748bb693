/** Programs the demo runs beside itself, so that what they see and say does not come from its own memory. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = resolve(import.meta.dirname, '../..')

export type Finished = { readonly code: number; readonly out: string; readonly err: string }

/** Runs one program of this repository to its end under this Node. Its output is kept, not shown. */
export async function runProgram(file: string, args: readonly string[]): Promise<Finished> {
  const child = spawn(process.execPath, [resolve(ROOT, file), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const [code] = await once(child, 'close')
  return { code: typeof code === 'number' ? code : 1, out, err }
}

/** The command line, as a person would call it. */
export function runCommand(args: readonly string[]): Promise<Finished> {
  return runProgram('src/cli/main.ts', args)
}

export type AgentEvent = { readonly step: string; readonly text: string } & Readonly<
  Record<string, unknown>
>

export type AgentRun = {
  /** The exit code; range/agent.ts says what each means. */
  readonly ended: Promise<number>
  readonly stop: () => void
}

/**
 * Starts the scripted agent. It is told where the gateway is and which key is its own, nothing else; it ends when
 * its input closes, so it cannot outlive us. Events are handed over in order, one after the other.
 */
export function startAgent(
  args: readonly string[],
  onEvent: (event: AgentEvent) => Promise<void> | void,
): AgentRun {
  const file = resolve(ROOT, 'range/agent.ts')
  const child = spawn(process.execPath, [file, ...args, '--json', '--leash'], {
    env: {},
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.on('error', () => undefined)
  const run = async (): Promise<number> => {
    const closed = once(child, 'close')
    for await (const line of createInterface({ input: child.stdout })) {
      await onEvent(JSON.parse(line) as AgentEvent)
    }
    const [code] = await closed
    return typeof code === 'number' ? code : 1
  }
  return { ended: run(), stop: () => child.stdin.end() }
}
