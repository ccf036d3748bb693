/**
 * Takes note of what a tool server offers now. What is new or changed is blocked and told; what is as it was
 * leaves no trace, so listing again and again costs the ledger nothing.
 */

import { definitionDigest } from '../catalogue/definition-digest.ts'
import type { ShippedEntry } from '../catalogue/entry-file.ts'
import { exposeName } from '../catalogue/expose-name.ts'
import type { ToolStore, UpstreamOffer } from '../catalogue/ports.ts'
import { identityOf, noticeDefinition } from '../catalogue/review.ts'
import type { Tool } from '../catalogue/tool.ts'
import type { EntryDraft, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { CommandBase } from './base.ts'
import { commitUnchanged, draft, jsonPayload } from './base.ts'

export type NoticeDeps = CommandBase & { readonly tools: ToolStore }

export type NoticeInput = {
  readonly tenant: string
  readonly offer: UpstreamOffer
  /** Entries shipped with the product that the configuration trusts for this upstream; often none. */
  readonly trusted: readonly ShippedEntry[]
}

type Offered = UpstreamOffer['definitions'][number]

/** The tools that changed, with their receipts; both empty when nothing did. Throws `upstream_protocol`. */
export async function noticeOffer(
  deps: NoticeDeps,
  input: NoticeInput,
): Promise<{ readonly changed: readonly Tool[]; readonly receipts: readonly Receipt[] }> {
  const offered = withoutRepeats(input.offer)
  const changed = await changesIn(deps, input, offered)
  if (changed.length === 0) return { changed, receipts: [] }
  const keys = changed.map((tool) => `tool/${tool.upstream}/${tool.kind}/${tool.name}`)
  const committed = await commitUnchanged(deps, input.tenant, keys, async () => {
    const now = await changesIn(deps, input, offered)
    const [first, ...rest] = now.map((tool) => seenEntry(deps, tool))
    if (first === undefined) throw new Failure('facts_changed', 'somebody noticed it meanwhile')
    return async (tx) => {
      for (const tool of now) await deps.tools.put(tx, tool)
      return { value: now, entries: [first, ...rest] }
    }
  })
  return { changed: committed.value, receipts: committed.receipts }
}

/** A server that says two things under one name is not to be believed about either. */
function withoutRepeats(offer: UpstreamOffer): readonly Offered[] {
  const byName = new Map<string, Offered>()
  for (const one of offer.definitions) {
    const name = `${one.kind}/${identityOf(one.kind, one.definition)}`
    const other = byName.get(name)
    if (other !== undefined && digestOf(other) !== digestOf(one)) {
      const what = exposeName(offer.upstream, identityOf(one.kind, one.definition))
      throw new Failure('upstream_protocol', `${one.kind} ${what} is offered with two definitions`)
    }
    byName.set(name, one)
  }
  return [...byName.values()]
}

function digestOf({ kind, definition }: Offered): string {
  return definitionDigest(kind, definition)
}

async function changesIn(
  deps: NoticeDeps,
  input: NoticeInput,
  offered: readonly Offered[],
): Promise<readonly Tool[]> {
  const { tenant, offer, trusted } = input
  const known = await deps.tools.list(tenant)
  const others = known.filter((tool) => tool.upstream !== offer.upstream).map((tool) => tool.name)
  const names = offered.map((one) => identityOf(one.kind, one.definition))
  const changed: Tool[] = []
  for (const { kind, definition } of offered) {
    const name = identityOf(kind, definition)
    const existing = await deps.tools.byName(tenant, offer.upstream, kind, name)
    const next = noticeDefinition(
      existing,
      { tenant, upstream: offer.upstream, kind, definition },
      {
        seenDigests: await deps.tools.seenDigests(tenant, offer.upstream, name),
        trusted,
        neighbours: { siblings: names.filter((sibling) => sibling !== name), others },
      },
    )
    if (next !== existing) changed.push(next)
  }
  return changed
}

function seenEntry(deps: NoticeDeps, tool: Tool): EntryDraft {
  return draft(
    deps,
    'tool.seen',
    { kind: 'system', id: 'catalogue' },
    {
      data: {
        tool: tool.exposedName,
        definition: tool.definitionDigest,
        status: tool.status,
        ...(tool.findings.length === 0 ? {} : { findings: tool.findings }),
      },
      payloads: { definition: jsonPayload(tool.definition, 'operational') },
    },
  )
}
