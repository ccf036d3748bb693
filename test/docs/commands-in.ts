/** Command lines as they stand in Markdown: in fenced blocks, and named in a sentence. */

export type Written = {
  /** The words after `countersign`, without what the shell does around them. */
  readonly words: readonly string[]
  /** Whether only its beginning is written out (`countersign person register ...`, or in a sentence). */
  readonly isPart: boolean
  readonly line: number
}

/** A word of a shell line: quoted, substituted or plain. */
const WORD = /(?:"(?:[^"\\]|\\.)*"|'[^']*'|\$\([^)]*\)|[^\s"'])+/g
/** Where the command ends and the shell goes on. */
const SHELL = /^(?:[|;&<>#]|\d>|&&)/
const PROGRAM = /^(?:.*\/)?countersign$/

export function commandsIn(markdown: string): readonly Written[] {
  const found: Written[] = []
  let isFenced = false
  let open: { readonly text: string; readonly line: number } | undefined
  for (const [at, text] of markdown.split('\n').entries()) {
    const line = open?.line ?? at + 1
    if (/^\s*```/.test(text)) {
      isFenced = !isFenced
      continue
    }
    if (!isFenced) {
      for (const [, inline = ''] of text.matchAll(/`([^`]+)`/g)) found.push(...named(inline, line))
      continue
    }
    const whole = `${open?.text ?? ''}${text}`
    open = whole.endsWith('\\') ? { text: whole.slice(0, -1), line } : undefined
    if (open === undefined) found.push(...typed(whole, line))
  }
  return found
}

/** In a block the program comes first, after a prompt or a variable; elsewhere the word is output. */
function typed(text: string, line: number): readonly Written[] {
  const command = text.trim().replace(/^\$ /, '')
  const words = (command.match(WORD) ?? []).filter((_, at, all) => {
    return !all.slice(0, at + 1).every((word) => /^\w+=/.test(word))
  })
  if (!PROGRAM.test(words[0] ?? '')) return []
  const rest = words.slice(1)
  const end = rest.findIndex((word) => SHELL.test(word))
  const own = (end < 0 ? rest : rest.slice(0, end)).map((word) =>
    word.replaceAll(/^["']|["']$/g, ''),
  )
  const dots = own.indexOf('...')
  return [{ words: dots < 0 ? own : own.slice(0, dots), isPart: dots >= 0, line }]
}

function named(text: string, line: number): readonly Written[] {
  return typed(text, line).map(({ words }) => ({ words, isPart: true, line }))
}
