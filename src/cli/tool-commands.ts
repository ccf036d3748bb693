/** Tools of connected servers: what is blocked and why, what changed, and a person's review. */
import type { Command } from 'commander'
import { definitionDiff } from '../catalogue/definition-diff.ts'
import type { ToolDefinition } from '../catalogue/tool.ts'
import { personList } from '../contract/people.ts'
import { toolDiff, toolList } from '../contract/tools.ts'
import { toolStatus } from '../contract/words.ts'
import { Failure } from '../kernel/failure.ts'
import { visible } from '../kernel/visible-text.ts'
import type { Cli } from './context.ts'
import type { GatewayClient } from './gateway-client.ts'
import { namesById } from './lookup.ts'
import { tableText } from './table.ts'
import { draftEntry, type ReviewOptions, reviewTool } from './tool-review.ts'
import { STATUS, type ToolWire, toolText } from './tool-text.ts'

const WHICH = 'the name agents see (upstream__tool), or upstream/name'

export function toolCommands(noun: Command, cli: Cli): void {
  noun
    .command('list')
    .description('all tools and what stands against them')
    .option('--status <status>', toolStatus.options.join(', '))
    .action(({ status }: { readonly status?: string }) => list(cli, status))
  noun
    .command('show')
    .description('one tool with its definition')
    .argument('<tool>', WHICH)
    .action((text: string) => show(cli, text))
  noun
    .command('drills')
    .description('which tools can be taken back, and when that was last seen to work')
    .action(() => drills(cli))
  noun
    .command('diff')
    .description('what changed since the tool was reviewed, hidden characters written out')
    .argument('<tool>', WHICH)
    .action((text: string) => diff(cli, text))
  noun
    .command('review')
    .description('classify a tool you have looked at, or take it away')
    .argument('<tool>', WHICH)
    .option('--draft', 'print a first draft of an entry, to be edited')
    .option('--entry <file>', 'the entry: one item of a catalogue file, YAML or JSON')
    .option('--suspend', 'block the tool')
    .option('--yes', 'ask nothing')
    .option('--seen <digest>', 'only if this is still the definition you were shown')
    .action(async (text: string, options: ReviewOptions & { readonly draft?: boolean }) => {
      const gateway = cli.gateway()
      const { tool, definition } = await toolCalled(gateway, text)
      if (options.draft === true) draftEntry(cli, tool, definition)
      else await reviewTool(cli, gateway, { tool, definition, ...options })
    })
}

async function list(cli: Cli, status: string | undefined): Promise<void> {
  const wanted = status === undefined ? undefined : toolStatus.safeParse(status)
  if (wanted?.success === false) {
    throw new Failure('usage_invalid', `--status is one of ${toolStatus.options.join(', ')}`)
  }
  const gateway = cli.gateway()
  const [all, { people }] = await Promise.all([
    gateway.get('/api/v1/tools', toolList),
    gateway.get('/api/v1/people', personList),
  ])
  const person = namesById(people, ({ name }) => name)
  const tools = all.tools.filter((tool) => wanted === undefined || tool.status === wanted.data)
  const rows = tools.map((tool) => [
    tool.exposed_name,
    tool.kind,
    STATUS[tool.status],
    tool.effect ?? '-',
    whyText(tool, person),
  ])
  cli.show({ tools }, () =>
    rows.length === 0
      ? 'There is no such tool.\n'
      : tableText(['TOOL', 'KIND', 'STATUS', 'EFFECT', 'WHY'], rows),
  )
}

async function drills(cli: Cli): Promise<void> {
  const { tools } = await cli.gateway().get('/api/v1/tools', toolList)
  const undoable = tools.filter((tool) => tool.has_inverse)
  const rows = undoable.map((tool) => [
    tool.exposed_name,
    tool.effect ?? '-',
    tool.inverse_exercised_at_ms === undefined ? 'never' : cli.when(tool.inverse_exercised_at_ms),
  ])
  cli.show({ tools: undoable }, () =>
    rows.length === 0
      ? 'No reviewed tool has an inverse.\n'
      : tableText(['TOOL', 'EFFECT', 'INVERSE SEEN TO WORK'], rows),
  )
}

function whyText(tool: ToolWire, person: (id: string) => string): string {
  if (tool.findings.length > 0) return tool.findings.join(', ')
  return tool.reviewed_by === undefined ? '' : `by ${person(tool.reviewed_by)}`
}

type Looked = {
  readonly tool: ToolWire
  readonly definition: ToolDefinition
  readonly reviewed?: ToolDefinition
}

/** A tool with its definition as the server gives it now. Throws `not_found`. */
export async function toolCalled(gateway: GatewayClient, text: string): Promise<Looked> {
  const { tools } = await gateway.get('/api/v1/tools', toolList)
  const tool = tools.find(
    (each) => each.exposed_name === text || `${each.upstream}/${each.name}` === text,
  )
  if (tool === undefined) throw new Failure('not_found', `no tool is called "${text}"`)
  const path = `${encodeURIComponent(tool.upstream)}/${encodeURIComponent(tool.name)}`
  const answer = await gateway.get(`/api/v1/tools/${path}/diff?kind=${tool.kind}`, toolDiff)
  const reviewed =
    answer.reviewed === undefined ? {} : { reviewed: answer.reviewed as ToolDefinition }
  return { tool: answer.tool, definition: answer.current as ToolDefinition, ...reviewed }
}

async function show(cli: Cli, text: string): Promise<void> {
  const { tool, definition } = await toolCalled(cli.gateway(), text)
  cli.show({ tool, definition }, () => toolText(tool, definition))
}

async function diff(cli: Cli, text: string): Promise<void> {
  const { tool, definition, reviewed } = await toolCalled(cli.gateway(), text)
  const lines = reviewed === undefined ? [] : definitionDiff(reviewed, definition)
  cli.show({ tool, changes: lines }, () => {
    if (reviewed === undefined)
      return `Nobody has reviewed ${visible(tool.exposed_name)} yet; see tool show.\n`
    return lines.length === 0 ? 'Nothing changed since the review.\n' : `${lines.join('\n')}\n`
  })
}
