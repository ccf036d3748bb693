/** A reviewer says afterwards whether a decision was justified. The last of the verdicts closes the review. */
import type { Review, ReviewStore, ReviewVerdict } from '../approval/review.ts'
import { VERDICTS } from '../approval/review.ts'
import type { Person } from '../identity/person.ts'
import type { EntryDraft, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { type CommandBase, draft } from './base.ts'
import { reasonOf, textPayload } from './decision-parts.ts'
import { requireWord } from './input.ts'
import { PERMISSIONS, requirePermission } from './permissions.ts'

export type VerdictInput = {
  readonly tenant: string
  readonly person: Person
  readonly reviewId: string
  readonly verdict: ReviewVerdict
  readonly reason: string
}

/**
 * Throws `not_permitted` (also for one's own decision, a second verdict, and a role that gave one), `not_found`,
 * `reason_required`, `conflict` (closed).
 */
export async function giveVerdict(
  deps: CommandBase & { readonly reviews: ReviewStore },
  input: VerdictInput,
): Promise<{ readonly review: Review; readonly receipt: Receipt }> {
  const { tenant, person, reviewId } = input
  requirePermission({ kind: 'person', person }, 'review.verdict')
  const reason = reasonOf(input.reason)
  const verdict = requireWord('verdict', input.verdict, VERDICTS)
  const { value, receipts } = await deps.commit(tenant, async (tx) => {
    const review = await deps.reviews.lockReview(tx, reviewId)
    if (review === undefined) throw new Failure('not_found', 'there is no such review')
    if (review.state === 'closed') throw new Failure('conflict', 'the review is closed')
    const role = roleFor(review, person)
    const verdicts = [...review.verdicts, { person: person.id, role, verdict, atMs: deps.nowMs() }]
    const isLast = verdicts.length >= review.needed
    const next: Review = { ...review, verdicts, state: isLast ? 'closed' : 'open' }
    await deps.reviews.putReview(tx, next)
    const entry: EntryDraft = draft(
      deps,
      'review.verdict',
      { kind: 'person', id: person.id },
      {
        caseId: review.caseId,
        data: {
          review: review.id,
          request: review.request,
          person: person.id,
          role,
          verdict,
          closed: isLast,
        },
        payloads: { reason: textPayload(reason) },
      },
    )
    return { value: next, entries: [entry] }
  })
  return { review: value, receipt: receipts[0] }
}

/** A role of theirs nobody gave a verdict in yet. Nobody reviews themselves, and nobody twice. */
function roleFor({ about, verdicts }: Review, person: Person) {
  if (about === person.id) throw new Failure('not_permitted', 'nobody reviews their own decision')
  if (verdicts.some((given) => given.person === person.id))
    throw new Failure('not_permitted', 'you gave your verdict already')
  const reviewing: readonly string[] = PERMISSIONS['review.verdict']
  const role = person.roles.find(
    (held) => reviewing.includes(held) && !verdicts.some((given) => given.role === held),
  )
  if (role === undefined)
    throw new Failure('not_permitted', 'a second verdict comes from another role')
  return role
}
