/** Holds what is claimed against what is cited. Pure, so that a planted false claim can be shown to it. */
import { type Requirement, sabotagesOf } from '../requirements.ts'
import type { Citations } from './citations.ts'

/** Every reason why the table may not stand as it is; empty when it may. */
export function findFalseClaims(
  requirements: readonly Requirement[],
  cited: Citations,
  sabotages: readonly string[],
): readonly string[] {
  const known = new Set(requirements.map((row) => row.id))
  const citedIds = new Set(cited.citations.map((citation) => citation.id))
  const unknown = cited.citations
    .filter((citation) => !known.has(citation.id))
    .map((citation) => `${citation.file} cites ${citation.id}, which is no promise`)
  const strays = cited.strays.map((stray) => `not a citation in the title of a test: ${stray}`)
  return [
    ...unknown,
    ...strays,
    ...requirements.flatMap((row) => claimsOf(row, citedIds.has(row.id), sabotages)),
  ]
}

function claimsOf(
  row: Requirement,
  isCited: boolean,
  sabotages: readonly string[],
): readonly string[] {
  const found: string[] = []
  if (row.state !== 'open' && !isCited) found.push(`${row.id} is ${row.state} and no test cites it`)
  const saysNo = row.kind === 'refusal' || row.kind === 'gate'
  if (row.state === 'proved' && saysNo && sabotagesOf(row).length === 0) {
    found.push(`${row.id} is a proved ${row.kind} and names no sabotage`)
  }
  for (const name of sabotagesOf(row).filter((each) => !sabotages.includes(each))) {
    found.push(`${row.id} names the sabotage ${name}, which does not exist`)
  }
  return found
}
