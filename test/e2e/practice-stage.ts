/** The demo as somebody starts it from a fresh clone, what they read off its terminal, and what they type there. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { PracticeKey } from '../../range/practice-passkey.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const BIN = join(ROOT, 'bin/countersign')
/** From nothing to the first question, on a machine that other tests share. */
const PATIENCE_MS = 240_000

export type Said = { readonly code: number | null; readonly out: string }

export type PracticeStage = {
  /** Files of the reader, gone with the stage. */
  readonly folder: string
  /** Waits until the terminal shows it; rejects with all it showed when it never does. */
  readonly reads: (what: RegExp) => Promise<RegExpExecArray>
  /** The command line, as a person of the range. */
  readonly types: (person: string, ...args: readonly string[]) => Promise<Said>
  /** The practice passkey of a person, for the device they hold. */
  readonly keyOf: (person: string) => PracticeKey
  /** Ctrl-C; answers the exit code and what the demo left behind. Once; later it answers the same. */
  readonly end: () => Promise<{ readonly code: number | null; readonly left: readonly string[] }>
}

export async function runProgram(program: string, ...args: readonly string[]): Promise<Said> {
  const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  const out: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => void out.push(String(text)))
  const [code] = await once(child, 'close')
  return { code: code as number | null, out: out.join('') }
}

export async function startPractice(): Promise<PracticeStage> {
  const folder = mkdtempSync(join(tmpdir(), 'practice-'))
  const place = mkdtempSync(join(folder, 'demo-'))
  const env = { ...process.env, TMPDIR: place, NO_COLOR: '1' }
  const child = spawn(BIN, ['demo'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  let shown = ''
  const waiting: (() => void)[] = []
  const hear = (text: string) => {
    shown += text
    for (const look of waiting.splice(0)) look()
  }
  child.stdout.on('data', (text) => hear(String(text)))
  child.stderr.on('data', (text) => hear(String(text)))
  void closed.then(() => hear('\n(the demo ended)\n'))
  const reads = async (what: RegExp) => {
    const late = AbortSignal.timeout(PATIENCE_MS)
    for (;;) {
      const match = what.exec(shown)
      if (match !== null) return match
      if (late.aborted || child.exitCode !== null)
        throw new Error(`the demo never showed ${what}:\n${shown}`)
      await new Promise<void>((done) => {
        waiting.push(done)
        late.addEventListener('abort', () => done(), { once: true })
      })
    }
  }
  let ended: ReturnType<PracticeStage['end']> | undefined
  const end = async () => {
    child.kill('SIGINT')
    const [code] = await closed
    const left = readdirSync(place)
    rmSync(folder, { recursive: true, force: true })
    return { code: code as number | null, left }
  }
  const profileFile = async () => (await reads(/--profile (\S+)/))[1] ?? ''
  return {
    folder,
    reads,
    types: async (person, ...args) =>
      runProgram(BIN, ...args, '--as', person, '--profile', await profileFile()),
    keyOf: (person) => {
      const profile = /--profile (\S+)/.exec(shown)?.[1] ?? ''
      return JSON.parse(readFileSync(join(profile, '../passkeys', person), 'utf8')) as PracticeKey
    },
    end: () => {
      ended ??= end()
      return ended
    },
  }
}
