/** Names of people, agents and cases by id. An id nobody knows is shown by its last digits. */
import { useQuery } from '@tanstack/react-query'
import { agentsQuery, casesQuery, peopleQuery } from './queries.ts'

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
  return {
    person: (id) =>
      id === undefined ? 'nobody' : (people?.find((each) => each.id === id)?.name ?? shortId(id)),
    agent: (id) => agents?.find((each) => each.id === id)?.name ?? shortId(id),
    caseRef: (id) => cases?.find((each) => each.id === id)?.external_ref ?? shortId(id),
  }
}

export function shortId(id: string): string {
  return `…${id.slice(-6)}`
}
