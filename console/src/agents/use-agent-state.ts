/**
 * Halting an agent, and letting it run again. Halting is free; where a second person could stand up, letting it run is
 * proposed with a reason and waits for them.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { open } from '../api/client.ts'

export type Change = {
  readonly id: string
  readonly verb: 'suspend' | 'activate'
  /** Why; given when it is put to a second person. */
  readonly proposal?: string
}

export function useAgentState() {
  const client = useQueryClient()
  return useMutation({
    /** Answers whether it waits for somebody now. */
    mutationFn: async ({ id, verb, proposal }: Change) => {
      const path = `/api/v1/agents/${id}/${verb}`
      const way =
        proposal === undefined
          ? {}
          : { headers: { 'countersign-propose': encodeURIComponent(proposal) } }
      const answer = await open(path, { method: 'POST', ...way })
      return { isProposed: answer.status === 202 }
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['agent'] }),
  })
}
