/** A person's review of a tool: what is approved is the definition that was shown, by its digest. */
import { existsSync, readFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'
import { draftOf, suggestEntry } from '../catalogue/suggest.ts'
import type { ToolDefinition } from '../catalogue/tool.ts'
import { reviewToolAnswer } from '../contract/tools.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import type { Cli } from './context.ts'
import { shortCode } from './digest-text.ts'
import type { GatewayClient } from './gateway-client.ts'
import { type ToolWire, toolText } from './tool-text.ts'

export type ReviewOptions = {
  readonly entry?: string
  readonly suspend?: boolean
  readonly yes?: boolean
  readonly seen?: string
}
type Review = ReviewOptions & { readonly tool: ToolWire; readonly definition: ToolDefinition }

/** Prints a careful first classification; never applied by itself. */
export function draftEntry(cli: Cli, tool: ToolWire, definition: ToolDefinition): void {
  const suggestion = suggestEntry(tool.kind, definition)
  const entry = draftOf(tool.name, tool.definition_digest, suggestion)
  cli.show({ entry, because: suggestion.because }, () => stringify(entry))
  for (const sentence of suggestion.because) cli.tell(`# ${sentence}`)
}

/** Throws `usage_invalid`, `seen_digest_mismatch`, and what the gateway refuses (`review_refused`). */
export async function reviewTool(cli: Cli, gateway: GatewayClient, review: Review): Promise<void> {
  const { tool, definition } = review
  if ((review.entry === undefined) === (review.suspend !== true)) {
    throw new Failure('usage_invalid', 'a review takes either --entry FILE or --suspend')
  }
  if (review.seen !== undefined && review.seen !== tool.definition_digest) {
    throw new Failure('seen_digest_mismatch', 'the definition is not the one you were shown')
  }
  const verdict =
    review.entry === undefined
      ? { verdict: 'suspend' }
      : { verdict: 'approve', entry: entryFor(tool, review.entry) }
  cli.terminal.err.write(`${toolText(tool, definition)}\n`)
  await confirm(cli, review)
  const path = `${encodeURIComponent(tool.upstream)}/${encodeURIComponent(tool.name)}`
  const answer = await gateway.send(
    'POST',
    `/api/v1/tools/${path}/review?kind=${tool.kind}`,
    { ...verdict, seen_digest: tool.definition_digest },
    reviewToolAnswer,
  )
  const { exposed_name: name, status, effect } = answer.tool
  cli.show(
    answer,
    () => `${name} is ${status}${effect === undefined ? '' : `, effect ${effect}`}.\n`,
  )
}

async function confirm(cli: Cli, { tool, yes, suspend }: Review): Promise<void> {
  if (yes === true || suspend === true) return
  if (!cli.mayAsk()) {
    throw new Failure(
      'usage_invalid',
      'nobody can be asked here; look first, then review with --yes',
    )
  }
  const code = shortCode(tool.definition_digest)
  const typed = await cli.terminal.ask(`Type ${code} to approve this definition: `)
  if (typed.trim() !== code) throw new Failure('cancelled', 'nothing was reviewed')
}

/**
 * The classification in a file: an item as it stands in a catalogue file or in a draft. Its name and its digests say
 * which tool it was written for; where they are there, it must be this one. Throws `usage_invalid`,
 * `seen_digest_mismatch`.
 */
function entryFor(tool: ToolWire, file: string): JsonObject {
  const { name, definition, accepts: _, ...entry } = readEntryFile(file)
  if (name !== undefined && name !== tool.name) {
    throw new Failure('usage_invalid', `${file} is the entry of ${JSON.stringify(name)}`)
  }
  if (definition !== undefined && ![definition].flat().includes(tool.definition_digest)) {
    throw new Failure('seen_digest_mismatch', `${file} was written for another definition`)
  }
  return entry
}

/** The gateway reads it again and more strictly; here it only has to be one object. */
function readEntryFile(file: string): JsonObject {
  if (!existsSync(file)) throw new Failure('usage_invalid', `${file} does not exist`)
  const value: unknown = parsed(file)
  const item = Array.isArray(value) && value.length === 1 ? value[0] : value
  if (!isObject(item)) throw new Failure('usage_invalid', `${file} holds no entry`)
  return item
}

function parsed(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'), { schema: 'core', uniqueKeys: true, maxAliasCount: 0 })
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.split('\n')[0] : 'not YAML'
    throw new Failure('usage_invalid', `${file}: ${detail}`, { cause })
  }
}
