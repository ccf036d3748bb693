import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Command, CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { createCli } from '../../src/cli/context.ts'
import { NOUNS } from '../../src/cli/nouns.ts'
import { assemble } from '../../src/cli/run-cli.ts'
import { FAILURES } from '../../src/kernel/failure.ts'
import { commandsIn, type Written } from './commands-in.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const PAGES = globSync(['*.md', 'docs/**/*.md', 'range/*.md'], { cwd: ROOT }).sort()
const read = (page: string) => readFileSync(resolve(ROOT, page), 'utf8')

/** The command line with every verb, which does nothing but look whether it could be run. */
async function commandLine(): Promise<Command> {
  const program = new Command('countersign')
  const sink = { write: () => {}, hasColours: false }
  const terminal = { out: sink, err: sink, isInteractive: false, ask: async () => '' }
  const options = () => program.opts<{ readonly color: boolean; readonly input: boolean }>()
  const cli = createCli({ terminal, environment: { profile: '' }, options, finish: () => {} })
  await assemble(program, cli, Object.keys(NOUNS))
  const still = (command: Command): void => {
    if (command.commands.length === 0) command.action(() => {})
    command.commands.forEach(still)
  }
  still(program)
  return program
}

/** What the command line says against a written command; undefined when it would run it. */
async function complaint({ words, isPart }: Written): Promise<string | undefined> {
  const program = await commandLine()
  if (isPart) return partComplaint(program, words)
  try {
    await program.parseAsync(words, { from: 'user' })
    return undefined
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? undefined : error.message
    throw error
  }
}

/** Of a command that is not written out, the noun, the verb and the options must exist. */
function partComplaint(program: Command, words: readonly string[]): string | undefined {
  let command = program
  for (const word of words) {
    if (word.startsWith('-')) {
      const known = [...command.options, ...program.options]
      if (!known.some(({ long, short }) => word === long || word === short)) return `no ${word}`
    } else if (command.commands.length > 0) {
      const next = command.commands.find((each) => each.name() === word)
      if (next === undefined && word !== 'help') return `no ${word}`
      command = next ?? command
    }
  }
  return undefined
}

async function complaints(commands: readonly Written[]): Promise<readonly string[]> {
  const said: string[] = []
  for (const each of commands) {
    const no = await complaint(each)
    if (no !== undefined) said.push(`line ${each.line}: countersign ${each.words.join(' ')}: ${no}`)
  }
  return said
}

describe('documentation', () => {
  it.each(PAGES)('%s names only commands that exist', async (page) => {
    expect(await complaints(commandsIn(read(page)))).toEqual([])
  })

  it.each(PAGES)('%s names only scripts and files that exist', (page) => {
    const text = read(page)
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: object }
    const missing = [...text.matchAll(/npm run ([\w:-]+)/g)].flatMap(([, name = '']) =>
      Object.hasOwn(scripts, name) ? [] : [`npm run ${name}`],
    )
    const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].flatMap(([, link = '']) =>
      /^\w+:/.test(link) || existsSync(resolve(ROOT, dirname(page), link)) ? [] : [link],
    )
    expect([...missing, ...links]).toEqual([])
  })

  it('is read: the guides are full of commands', () => {
    expect(PAGES.flatMap((page) => commandsIn(read(page))).length).toBeGreaterThan(60)
  })

  it('says no to a verb, an option and an argument that do not exist', async () => {
    const block = ['```', '$ countersign case close INC-1', 'bin/countersign doctor --fast', '```']
    const more = ['```', 'X=1 countersign agent show a b | head', '```', 'Run `countersign polcy`.']
    expect(await complaints(commandsIn([...block, ...more].join('\n')))).toHaveLength(4)
  })
})

describe('the next step of a failure', () => {
  it('names only commands that exist', async () => {
    const steps = Object.values(FAILURES).map(({ next }) => next)
    expect(await complaints(steps.flatMap(commandsIn))).toEqual([])
  })
})
