/**
 * When one person on duty may release alone, because nobody entitled can be reached (DESIGN 9). Otherwise people
 * act around the record; so it is possible even where a hard floor asks for two, and it is never silent. Pure.
 */
import { eligibility } from './eligibility.ts'
import { type DutyView, factsFor, holding } from './holders.ts'
import { isAcknowledged, UNACKNOWLEDGED_MS } from './ladder.ts'
import type { ApprovalRequest, Need, Signature } from './request.ts'

export const EMERGENCY_REFUSALS = [
  'somebody_reachable',
  'suspended',
  'suspect',
  'target',
  'off_duty',
  'too_many_targets',
] as const
export type EmergencyRefusal = (typeof EMERGENCY_REFUSALS)[number]

// biome-ignore format: a table reads best with one row per line
export const EMERGENCY_TEXT: Readonly<Record<EmergencyRefusal, string>> = {
  somebody_reachable: 'somebody entitled is on duty and was not passed over yet; page them, or escalate',
  suspended: 'you are suspended',
  suspect: 'somebody marked you as suspect in this case',
  target: 'you are the target',
  off_duty: 'you are not on duty; an emergency release is for whoever is there',
  too_many_targets: 'an emergency release is for one target; have the agent ask for one',
}

/** Minutes: the time to make one call. Whoever needs longer has the time to reach somebody. */
export const EMERGENCY_GRANT_MS = 5 * 60_000

/** The first reason why not; undefined when the person may. */
export function emergencyRefusal(
  view: DutyView,
  request: ApprovalRequest,
  person: string,
  signatures: readonly Signature[],
): EmergencyRefusal | undefined {
  const found = view.people.find(({ id }) => id === person)
  if (found?.state !== 'active') return 'suspended'
  if (view.suspects.includes(person)) return 'suspect'
  if (!view.onDuty.some((shift) => shift.person === person)) return 'off_duty'
  const email = found.email.toLowerCase()
  const names = [email, email.split('@')[0] ?? email]
  if (view.targetNames.some((name) => names.includes(name))) return 'target'
  const isMany =
    request.plan !== undefined || (request.risk?.targets ?? view.targetNames.length) > 1
  if (isMany) return 'too_many_targets'
  return isReachable(view, request, signatures) ? 'somebody_reachable' : undefined
}

/** Whether different people who could meet every open need are on duty, and the owner's was not passed over. */
export function isReachable(
  view: DutyView,
  request: ApprovalRequest,
  signatures: readonly Signature[],
): boolean {
  const signed = new Set(signatures.map(({ person }) => person))
  const open = request.needs.filter((need) => !signatures.some(({ role }) => role === need.role))
  const able = open.map((need) =>
    ableTo(view, request, need, signatures).filter((id) => !signed.has(id)),
  )
  return canFill(able, new Set())
}

function ableTo(
  view: DutyView,
  request: ApprovalRequest,
  need: Need,
  signatures: readonly Signature[],
): readonly string[] {
  if (need === request.needs[0]) return answering(view, request, signatures)
  return view.people
    .filter((one) => {
      const { accountable: _climbed, ...alone } = request
      const asked = { ...alone, needs: [need], isIrreversible: false, owner: one.id }
      return eligibility(factsFor({ ...view, limitOf: () => undefined }, asked, one, [])).isEligible
    })
    .map(({ id }) => id)
}

/** Everybody who could own it; nobody once all of them were paged in vain up to the last role. */
function answering(
  view: DutyView,
  request: ApprovalRequest,
  signatures: readonly Signature[],
): readonly string[] {
  const { ladder } = request
  const people = holding(view, request, signatures)?.people ?? []
  const isPassedOver =
    ladder?.isPastHalf === true &&
    !isAcknowledged(request) &&
    view.nowMs >= ladder.lastPagedAtMs + UNACKNOWLEDGED_MS &&
    people.every((id) => ladder.paged.includes(id))
  return isPassedOver ? [] : people
}

/** Whether each list can give somebody no other list gives. There are at most a handful. */
function canFill(able: readonly (readonly string[])[], taken: ReadonlySet<string>): boolean {
  const [first, ...rest] = able
  if (first === undefined) return true
  return first.some((one) => !taken.has(one) && canFill(rest, new Set([...taken, one])))
}
