/** How the demo is told: who, what, and when since the start. */
import { visible } from '../kernel/visible-text.ts'
import type { Cli } from './context.ts'
import type { Tell } from './demo-stage.ts'

const WHO_WIDTH = 8
const LINE_WIDTH = 100

/** Writes each line as it happens. With `--json` the story goes to stderr and stdout stays for the result. */
export function storyTeller(cli: Cli): Tell {
  const startedMs = performance.now()
  const isJson = cli.options().json === true
  const stream = isJson ? cli.terminal.err : cli.terminal.out
  const paint = isJson ? cli.paint.err : cli.paint.out
  return (who, text) => {
    const at = `${((performance.now() - startedMs) / 1000).toFixed(1).padStart(5)} s`
    const [first = '', ...rest] = wrapped(visible(text), LINE_WIDTH - WHO_WIDTH - 10)
    const indent = ' '.repeat(WHO_WIDTH + 10)
    stream.write(`${paint('dim', at)}  ${paint('bold', who.padEnd(WHO_WIDTH))} ${first}\n`)
    for (const line of rest) stream.write(`${indent.slice(1)}${line}\n`)
  }
}

/** Lines of at most `width` characters, broken between words; a longer word keeps its line. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
