/** How an answer and the record say that a call was decided while a source was away. */
import type { Said, ToolResult } from '../harness/agent-client.ts'
import { saidBy } from '../harness/agent-client.ts'
import type { RecordedEntry } from '../promises-e2e/record.ts'

/** What the agent was told of stale facts beside the answer of the tool; fails when the tool did not answer. */
export function markOf(result: ToolResult): unknown {
  const said = saidBy(result)
  if (said !== undefined) throw new Error(`it did not run: ${JSON.stringify(said)}`)
  return result._meta?.['countersign/stale']
}

/** A refusal with everything an agent needs to know: what, why, and what helps. */
export function refusalIn(result: ToolResult): Said & { readonly next?: string } {
  const said = saidBy(result)
  if (said?.status !== 'refused') throw new Error(`not refused: ${JSON.stringify(result)}`)
  return said
}

/** Decisions in order, in short: `allow read case`, `deny influence roster`, `hold contain`. */
export function decisionsIn(record: readonly RecordedEntry[]): readonly string[] {
  return record
    .filter(({ type }) => type === 'tool.call.decided')
    .map(({ data: { decision, effect, stale } }) =>
      [decision, effect, ...((stale ?? []) as readonly string[])].join(' '),
    )
}
