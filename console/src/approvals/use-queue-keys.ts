/** `j` and `k` move through the queue, `/` goes to its search. Off where somebody turned single keys off. */
import { useNavigate, useParams } from '@tanstack/react-router'
import { useSingleKey } from '../shell/use-single-key.ts'
import type { QueuePart } from './use-queue.ts'

export function useQueueKeys(queue: QueuePart, onMove: (index: number) => void): void {
  const navigate = useNavigate()
  const { id } = useParams({ strict: false })
  const move = (by: number) => {
    const at = id === undefined ? -1 : queue.indexOf(id)
    const index = Math.min(Math.max(at + by, 0), queue.total - 1)
    const next = queue.at(index)
    onMove(index)
    if (next === undefined) return
    void navigate({ to: '/approvals/$id', params: { id: next.id }, search: true })
  }
  useSingleKey('j', () => move(1))
  useSingleKey('k', () => move(-1))
  useSingleKey('/', () => document.getElementById('queue-search')?.focus())
}
