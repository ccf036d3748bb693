/** A person looked at a tool's definition: approves it with a classification, or takes it away. */
import type { KnownTools } from '../catalogue/entry-binding.ts'
import { parseEntry } from '../catalogue/entry-file.ts'
import type { ToolStore } from '../catalogue/ports.ts'
import type { Verdict } from '../catalogue/review.ts'
import { reviewTool as reviewed } from '../catalogue/review.ts'
import type { Tool, ToolKind } from '../catalogue/tool.ts'
import type { Receipt } from '../kernel/entry.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { CommandBase, Doer } from './base.ts'
import { actorOf, commitUnchanged, draft, jsonPayload } from './base.ts'
import { requirePermission } from './permissions.ts'

export type ReviewToolInput = {
  readonly tenant: string
  readonly by: Doer & { readonly kind: 'person' }
  readonly upstream: string
  readonly kind: ToolKind
  readonly name: string
  /** Digest of the definition the person looked at. */
  readonly seenDigest: string
  /** `entry` is an item of a catalogue file without name and definition: there is one spelling of a classification. */
  readonly verdict:
    | { readonly kind: 'approve'; readonly entry: JsonObject }
    | { readonly kind: 'suspend' }
}

/** Throws `not_permitted`, `not_found`, `seen_digest_mismatch`, `review_refused`, `facts_changed`. */
export async function reviewTool(
  deps: CommandBase & { readonly tools: ToolStore },
  input: ReviewToolInput,
): Promise<{ readonly tool: Tool; readonly receipt: Receipt }> {
  requirePermission(input.by, 'tool.review')
  const { tenant, upstream, kind, name, by } = input
  const verdict = readVerdict(input)
  const committed = await commitUnchanged(
    deps,
    tenant,
    [`tool/${upstream}/${kind}/${name}`],
    async () => {
      const tool = await deps.tools.byName(tenant, upstream, kind, name)
      if (tool === undefined) throw new Failure('not_found', 'no such tool')
      const all = await deps.tools.list(tenant)
      const known: KnownTools = (wanted, at) =>
        all.find((each) => each.exposedName === wanted) ??
        all.find((each) => each.kind === 'tool' && each.upstream === at && each.name === wanted)
      const next = reviewed(tool, verdict, by.person.id, input.seenDigest, known)
      return async (tx) => {
        await deps.tools.put(tx, next)
        const entryDigest = next.reviewed?.entryDigest
        const entry = draft(deps, 'tool.reviewed', actorOf(by), {
          data: {
            tool: next.exposedName,
            definition: next.definitionDigest,
            verdict: verdict.kind,
            ...(entryDigest === undefined ? {} : { entry: entryDigest }),
          },
          ...(verdict.kind === 'approve'
            ? { payloads: { entry: jsonPayload(verdict.entry, 'operational') } }
            : {}),
        })
        return { value: next, entries: [entry] }
      }
    },
  )
  return { tool: committed.value, receipt: committed.receipts[0] }
}

function readVerdict(input: ReviewToolInput): Verdict {
  if (input.verdict.kind === 'suspend') return { kind: 'suspend' }
  try {
    return { kind: 'approve', entry: parseEntry('entry', input.verdict.entry) }
  } catch (error) {
    // The same words that would stop a shipped file at start; here the person who sent them can mend them.
    if (codeOf(error) !== 'catalogue_invalid') throw error
    const detail = error instanceof Error ? error.message : 'the entry cannot be read'
    throw new Failure('review_refused', detail, { cause: error })
  }
}
