/**
 * Where a command reads and writes. Data goes to `out`, everything else to `err`, so that what a command
 * answers can be piped while it still talks to the person. Colours follow the stream they are written to;
 * Node decides (NO_COLOR, FORCE_COLOR, TERM=dumb, no terminal).
 */
import { createInterface } from 'node:readline/promises'
import { styleText } from 'node:util'

export type Stream = { readonly write: (text: string) => void; readonly hasColours: boolean }

export type Terminal = {
  readonly out: Stream
  readonly err: Stream
  /** Whether somebody can be asked: questions are never put to a pipe. */
  readonly isInteractive: boolean
  /** Asks on `err` and reads one line; the empty text when the input ends. */
  readonly ask: (question: string) => Promise<string>
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    out: streamOf(process.stdout),
    err: streamOf(process.stderr),
    isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    ask,
  }
}

function streamOf(stream: NodeJS.WriteStream): Stream {
  // 16 colours are all we use; a terminal that is no terminal, or must not show colours, has fewer.
  const hasColours = stream.isTTY === true && stream.hasColors(16)
  return { write: (text) => void stream.write(text), hasColours }
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
  try {
    return await Promise.race([lines.question(question), ended])
  } finally {
    lines.close()
  }
}

export type Paint = (format: Parameters<typeof styleText>[0], text: string) => string

/** Styles text for a stream, or leaves it as it is where colours do not show. */
export function paintFor(stream: Stream, wantsColour: boolean): Paint {
  if (!stream.hasColours || !wantsColour) return (_format, text) => text
  return (format, text) => styleText(format, text, { validateStream: false })
}
