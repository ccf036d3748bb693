/** Saying what a tool is, or taking it away; bound to the definition that was looked at. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { send } from '../api/client.ts'
import { toolPath } from '../api/queries.ts'
import type { Tool } from '../api/wire.ts'

type Verdict =
  | { readonly verdict: 'approve'; readonly entry: unknown }
  | { readonly verdict: 'suspend' }

export function useReview(tool: Tool) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (verdict: Verdict) =>
      send('POST', `${toolPath(tool.upstream, tool.name)}/review?kind=${tool.kind}`, {
        ...verdict,
        seen_digest: tool.definition_digest,
      }),
    onSettled: () => client.invalidateQueries({ queryKey: ['tool'] }),
  })
}
