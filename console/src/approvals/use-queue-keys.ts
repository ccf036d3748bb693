/** `j` and `k` move through the queue, `/` goes to its search. Off where somebody turned single keys off. */
import { useNavigate, useParams } from '@tanstack/react-router'
import type { ApprovalSummary } from '../api/wire.ts'
import { useSingleKey } from '../shell/use-single-key.ts'

export function useQueueKeys(
  shown: readonly ApprovalSummary[],
  onMove: (index: number) => void,
): void {
  const navigate = useNavigate()
  const { id } = useParams({ strict: false })
  const move = (by: number) => {
    const at = shown.findIndex((request) => request.id === id)
    const index = Math.min(Math.max(at + by, 0), shown.length - 1)
    const next = shown[index]
    if (next === undefined) return
    onMove(index)
    void navigate({ to: '/approvals/$id', params: { id: next.id }, search: true })
  }
  useSingleKey('j', () => move(1))
  useSingleKey('k', () => move(-1))
  useSingleKey('/', () => document.getElementById('queue-search')?.focus())
}
