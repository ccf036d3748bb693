/** Names of people, agents and cases by id. An id nobody knows is shown by its last digits. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { casesQuery } from './case-queries.ts'
import { agentsQuery, peopleQuery } from './queries.ts'

export type Names = {
  readonly person: (id: string | undefined) => string
  readonly agent: (id: string) => string
  /** Its number in the ticket system. */
  readonly caseRef: (id: string) => string
}

export function useNames(): Names {
  const people = useQuery(peopleQuery).data
  const agents = useQuery(agentsQuery).data
  const cases = useQuery(casesQuery).data
  // The same object until a name changes, so that a long list is not drawn again for nothing.
  return useMemo(() => {
    const person = namesBy(people, ({ name }) => name)
    const agent = namesBy(agents, ({ name }) => name)
    const caseRef = namesBy(cases, ({ external_ref: ref }) => ref)
    return { person: (id) => (id === undefined ? 'nobody' : person(id)), agent, caseRef }
  }, [people, agents, cases])
}

function namesBy<T extends { readonly id: string }>(
  all: readonly T[] | undefined,
  nameOf: (one: T) => string,
): (id: string) => string {
  const names = new Map(all?.map((one) => [one.id, nameOf(one)]))
  return (id) => names.get(id) ?? shortId(id)
}

export function shortId(id: string): string {
  return `…${id.slice(-6)}`
}
