/**
 * Who may do what, in plain sentences and without any of the code under test: what people are, what was signed, and
 * what has ended. People are numbers, needs are roles in order, and nothing happens here but what somebody did.
 */
export type Who = 0 | 1 | 2 | 3
export type ModelRole = 'shift-lead' | 'incident-commander' | 'analyst'

export type Soul = {
  roles: readonly ModelRole[]
  isSuspended: boolean
  isSuspect: boolean
  onDutyUntilMs: number
  certifiedUntilMs: number
  hasKey: boolean
}
export type Loan = { id: string; from: Who; to: Who; role: ModelRole; untilMs: number }
export type Yes = { people: readonly Who[]; untilMs: number; isOver: boolean }
export type Question = {
  needs: readonly { role: ModelRole; strength: string }[]
  isIrreversible: boolean
  state: 'pending' | 'approved' | 'denied' | 'expired' | 'cancelled'
  modifiedBy?: Who
  /** Who it was last seen with. */
  owner?: Who | undefined
  signed: Map<Who, ModelRole>
  endsAtMs: number
  halfAtMs: number
  yes?: Yes
}
export type Model = { souls: readonly Soul[]; loans: Loan[]; questions: Question[]; nowMs: number }

/** What a play begins with. */
export type Setting = {
  readonly people: readonly { roles: ModelRole[]; onDutyMs: number; certifiedMs: number }[]
  readonly needs: Question['needs']
  readonly isIrreversible: boolean
}

export const WHO: readonly Who[] = [0, 1, 2, 3]
/** The person the agent works for may confirm and no more; the agent's owner is no check on what cannot be undone. */
export const REQUESTER: Who = 3
export const AGENT_OWNER: Who = 2

export function soulOf(model: Model, who: Who): Soul {
  const soul = model.souls[who]
  if (soul === undefined) throw new Error(`nobody is number ${who}`)
  return soul
}

/** Here, believed, trained; whatever the question. */
export function isFit(model: Model, who: Who): boolean {
  const soul = soulOf(model, who)
  return isPresent(model, who) && soul.certifiedUntilMs > model.nowMs
}

/** Here and believed: enough to stand in for whoever cannot be reached. */
export function isPresent(model: Model, who: Who): boolean {
  const { isSuspended, isSuspect, onDutyUntilMs } = soulOf(model, who)
  return !isSuspended && !isSuspect && onDutyUntilMs > model.nowMs
}

/** Their own role, or one lent to them by somebody who has it still. */
export function hasRole(model: Model, who: Who, role: string): boolean {
  if (soulOf(model, who).roles.some((own) => own === role)) return true
  return model.loans.some(
    ({ from, to, role: lent, untilMs }) =>
      to === who && lent === role && untilMs > model.nowMs && !soulOf(model, from).isSuspended,
  )
}

/** Whether the person's yes may count for this need when it is asked of `role`; owning it apart. */
export function maySign(
  model: Model,
  question: Question,
  who: Who,
  at: number,
  role: string,
): boolean {
  const isAlone = question.needs.length === 1
  if (!isFit(model, who) || !hasRole(model, who, role)) return false
  if (question.needs[at]?.strength !== 'confirm' && who === REQUESTER) return false
  if (isAlone && question.isIrreversible && who === AGENT_OWNER) return false
  return !(isAlone && question.modifiedBy === who)
}

const ABOVE: readonly ModelRole[] = ['shift-lead', 'incident-commander']

/** The named role and those it may climb to: never one that signs anyway. */
export function mayAnswer(question: Question): readonly string[] {
  const named = question.needs[0]?.role ?? 'analyst'
  const signing = question.needs.map(({ role }) => role)
  const from = ABOVE.indexOf(named) + 1
  return [named, ...ABOVE.slice(from).filter((role) => !signing.includes(role))]
}

/**
 * Every way in which different people could still meet all needs, one person per need. What was signed stands,
 * unless its signer becomes the owner, which takes back what they signed. `accountable` is the role asked now.
 */
export function waysToRelease(
  model: Model,
  question: Question,
  accountable: string | undefined,
): readonly (readonly Who[])[] {
  const asked = accountable ?? mayAnswer(question)[0] ?? ''
  const answering = mayAnswer(question)
  const above = answering.slice(answering.indexOf(asked) + 1)
  const role = [asked, ...above, ...answering].find((one) =>
    WHO.some((who) => maySign(model, question, who, 0, one)),
  )
  const signers = question.needs.map(
    (need) => WHO.find((who) => question.signed.get(who) === need.role) ?? undefined,
  )
  const able = question.needs.map((need, at) => {
    const signer = signers[at]
    const isMet = (who: Who) => signer === who
    const could = (who: Who) =>
      maySign(model, question, who, at, at === 0 ? (role ?? '') : need.role)
    return (who: Who, owner: Who | undefined) =>
      isMet(who) || ((signer === undefined || (at > 0 && signer === owner)) && could(who))
  })
  const fill = (chosen: readonly Who[]): readonly (readonly Who[])[] => {
    const next = able[chosen.length]
    if (next === undefined) return [chosen]
    const free = WHO.filter((who) => !chosen.includes(who) && next(who, chosen[0] ?? who))
    return free.flatMap((who) => fill([...chosen, who]))
  }
  return fill([])
}

/** A yes is worth one call, until something ended it. */
export function isWorth(model: Model, yes: Yes | undefined): boolean {
  return yes !== undefined && !yes.isOver && yes.untilMs > model.nowMs
}

/** Ends every unused yes that rests on the person's word. */
export function endWord(model: Model, who: Who): void {
  for (const { yes } of model.questions) {
    if (yes?.people.includes(who) === true) yes.isOver = true
  }
}
