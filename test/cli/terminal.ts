/** A command line whose terminal is two texts, and answers typed beforehand. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCli } from '../../src/cli/run-cli.ts'
import type { Terminal } from '../../src/cli/terminal.ts'

export type Ran = { readonly code: number; readonly out: string; readonly err: string }

export type Asker = {
  readonly url?: string
  readonly token?: string
  readonly profile?: string
  /** What the person types, line by line; without it nobody sits at the terminal. */
  readonly types?: readonly string[]
  /** Told of each line to the person as it is written. */
  readonly hears?: (line: string) => void
}

export async function run(asker: Asker, ...args: readonly string[]): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  const lines = [...(asker.types ?? [])]
  const terminal: Terminal = {
    out: { write: (text) => void out.push(text), hasColours: false },
    err: {
      write: (text) => {
        err.push(text)
        asker.hears?.(text)
      },
      hasColours: false,
    },
    isInteractive: asker.types !== undefined,
    ask: async (question) => {
      err.push(question)
      return lines.shift() ?? ''
    },
  }
  const { url, token } = asker
  const code = await runCli(args, terminal, {
    profile: asker.profile ?? join(tmpdir(), 'no-such-profile.json'),
    ...(url === undefined ? {} : { url }),
    ...(token === undefined ? {} : { token }),
  })
  return { code, out: out.join(''), err: err.join('') }
}
