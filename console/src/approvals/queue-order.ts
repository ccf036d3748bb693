/** Which requests are shown, and in which order: what runs out first, and of those the worst first. Pure. */
import type { ApprovalSummary, Me } from '../api/wire.ts'
import type { QueueSearch } from './queue-search.ts'
import { actionText, effectRank } from './words.ts'

/** Requests that run out within the same minute are equally urgent; then blast decides. */
const SAME_MS = 60_000

export function queueOf(
  requests: readonly ApprovalSummary[],
  search: QueueSearch,
  me: Me,
  name: (request: ApprovalSummary) => string,
): readonly ApprovalSummary[] {
  const words = (search.q ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const isShown = (request: ApprovalSummary) =>
    isInView(request, search.view ?? 'waiting', me) &&
    words.every((word) => `${searchText(request)} ${name(request)}`.toLowerCase().includes(word))
  return requests.filter(isShown).sort(search.view === 'decided' ? newestFirst : urgentFirst)
}

/** Mine: in my hands, or open to a role I am on duty for. */
export function isMine(request: ApprovalSummary, me: Me): boolean {
  if (request.state !== 'pending') return false
  const duties = me.duty.map(({ role }) => role)
  return request.owner === me.id || request.needs.some(({ role }) => duties.includes(role))
}

function isInView(request: ApprovalSummary, view: string, me: Me): boolean {
  if (view === 'decided') return request.state !== 'pending'
  return view === 'mine' ? isMine(request, me) : request.state === 'pending'
}

function searchText({ action, tool, effect, state, id }: ApprovalSummary): string {
  return [action, actionText(action), tool, effect, state, id].join(' ')
}

function urgentFirst(a: ApprovalSummary, b: ApprovalSummary): number {
  const apart = Math.floor(a.expires_at_ms / SAME_MS) - Math.floor(b.expires_at_ms / SAME_MS)
  if (apart !== 0) return apart
  const worse = weight(b) - weight(a)
  return worse === 0 ? a.expires_at_ms - b.expires_at_ms : worse
}

function weight({ effect, irreversible }: ApprovalSummary): number {
  return effectRank(effect) + (irreversible ? 10 : 0)
}

function newestFirst(a: ApprovalSummary, b: ApprovalSummary): number {
  return (b.decided_at_ms ?? b.created_at_ms) - (a.decided_at_ms ?? a.created_at_ms)
}
