/**
 * The recorded results a person is pointed to: what the agent's recommendations cite, and what holds the values of
 * the arguments. Ids come from our own records only, so no model can add one (R79, R80).
 */
import {
  type ArgumentSource,
  argumentSources,
  type RecordedText,
  textIn,
} from '../evidence/argument-sources.ts'
import type { Evidence, Recommendation } from '../evidence/evidence.ts'
import type { Facts } from '../facts/facts.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import type { Spine } from './spine.ts'

export type ShownEvidence = {
  readonly sources: readonly ArgumentSource[]
  readonly recommendations: readonly Recommendation[]
  readonly items: readonly ShownItem[]
  /** How many of the results in the case were searched for the arguments. */
  readonly searched: { readonly results: number; readonly of: number }
  /** What this task has read, newest first. */
  readonly read: readonly Evidence[]
}

export type ShownItem = {
  readonly evidence: Evidence
  readonly citedBy: readonly string[]
  /** Pointers to the arguments whose value it holds. */
  readonly supports: readonly string[]
}

/** The search for sources reads so much at most, the newest results first. */
const MAX_SEARCHED = 40
const MAX_SEARCHED_BYTES = 4 * 1024 * 1024
/** Older advice has been overtaken by events. */
const MAX_RECOMMENDATIONS = 5

export async function shownEvidence(
  spine: Spine,
  facts: Facts,
  args: JsonObject,
): Promise<ShownEvidence> {
  const { caseRecord, agent, task, targets } = facts
  const { tenant } = agent
  const [all, made] = await Promise.all([
    spine.evidence.listOfCase(tenant, caseRecord.id),
    spine.evidence.recommendationsOfCase(tenant, caseRecord.id),
  ])
  const newestFirst = all.toReversed()
  const texts = await recordedTexts(spine, newestFirst)
  const sources = argumentSources(args, {
    evidence: texts,
    caseText: [caseRecord.externalRef, caseRecord.title, ...caseRecord.tags].join('\n'),
    inventory: targets.filter(({ isKnown }) => isKnown).map(({ target }) => target.id),
  })
  const recommendations = made
    .filter((each) => each.agent === agent.id)
    .toReversed()
    .slice(0, MAX_RECOMMENDATIONS)
  return {
    sources,
    recommendations,
    items: itemsOf(newestFirst, sources, recommendations),
    searched: { results: texts.length, of: all.length },
    read: newestFirst.filter((each) => each.task === task.id),
  }
}

async function recordedTexts(
  spine: Spine,
  newestFirst: readonly Evidence[],
): Promise<readonly RecordedText[]> {
  const texts: RecordedText[] = []
  let bytes = 0
  for (const { tenant, id, outcomeEntry } of newestFirst.slice(0, MAX_SEARCHED)) {
    const stored = await spine.payloads.open(tenant, outcomeEntry, 'result')
    if (stored.state !== 'present') continue
    bytes += stored.bytes.length
    if (bytes > MAX_SEARCHED_BYTES) break
    // Our own canonical bytes, not a stranger's.
    const value = JSON.parse(new TextDecoder().decode(stored.bytes)) as JsonValue
    texts.push({ id, text: textIn(value) })
  }
  return texts
}

function itemsOf(
  evidence: readonly Evidence[],
  sources: readonly ArgumentSource[],
  recommendations: readonly Recommendation[],
): readonly ShownItem[] {
  return evidence
    .map((each) => ({
      evidence: each,
      citedBy: recommendations
        .filter((made) => made.evidence.includes(each.id))
        .map(({ id }) => id),
      supports: sources
        .filter((source) => source.evidence.includes(each.id))
        .map(({ path }) => path),
    }))
    .filter(({ citedBy, supports }) => citedBy.length + supports.length > 0)
}
