/**
 * Where the words of a model disagree with the record: in the prose of the arguments and in the recommendations on
 * the case. The prose itself stays folded away as a claim; a person sees the facts first and these flags beside them.
 */

import { leavesOf } from '../evidence/argument-sources.ts'
import { claimFlags } from '../evidence/claim-flags.ts'
import type { Facts } from '../facts/facts.ts'
import { type JsonObject, parseStrict } from '../kernel/strict-json.ts'
import type { ShownEvidence } from './shown-evidence.ts'
import type { Spine } from './spine.ts'

type Prose = { readonly where: string; readonly text: string }

/** One line per flag: where it was said, its code, and the words it was found in. */
export async function claimsShown(
  spine: Spine,
  facts: Facts,
  args: JsonObject,
  found: ShownEvidence,
): Promise<readonly JsonObject[]> {
  const prose = [...proseOf('arguments', args), ...(await advice(spine, found))]
  const known = knownReferences(facts, found)
  return prose.flatMap(({ where, text }) =>
    claimFlags(text, (reference) => known.has(reference.toLowerCase())).map(({ code, words }) => ({
      where,
      code,
      words,
    })),
  )
}

/** Two words or more: a value is no prose, and a name is no sentence. */
function proseOf(at: string, value: JsonObject): readonly Prose[] {
  return leavesOf(value, '').flatMap(([path, leaf]) =>
    typeof leaf === 'string' && /\S\s+\S/u.test(leaf)
      ? [{ where: `${at}${path}`, text: leaf }]
      : [],
  )
}

async function advice(spine: Spine, { recommendations }: ShownEvidence): Promise<readonly Prose[]> {
  const all = await Promise.all(
    recommendations.map(async ({ tenant, id, entry }) => {
      const stored = await spine.payloads.open(tenant, entry, 'claim')
      const claim = stored.state === 'present' ? parseStrict(stored.bytes) : {}
      return proseOf(`recommendation:${id}`, claim as JsonObject)
    }),
  )
  return all.flat()
}

/** What a sentence may refer to: this case, its evidence, its recommendations and calls, and the targets. */
function knownReferences(
  { caseRecord, targets }: Facts,
  found: ShownEvidence,
): ReadonlySet<string> {
  const { items, read, recommendations } = found
  const evidence = [...items.map((each) => each.evidence), ...read]
  return new Set(
    [
      caseRecord.id,
      caseRecord.externalRef,
      ...evidence.flatMap(({ id, call }) => [id, call]),
      ...recommendations.flatMap(({ id, evidence: cited }) => [id, ...cited]),
      ...targets.map(({ target }) => target.id),
    ].map((each) => each.toLowerCase()),
  )
}
