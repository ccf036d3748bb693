/** Puts one shift on the roster: who is on duty for which role, from when to when, and who says so. */
import type { Role } from '../identity/person.ts'
import { ROLES } from '../identity/person.ts'
import type { PersonStore } from '../identity/ports.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { RosterStore, Shift } from '../roster/roster.ts'
import { FEED_PREFIX } from '../roster/roster.ts'
import type { CommandBase, Doer } from './base.ts'
import { actorOf, draft } from './base.ts'
import { invalid, requireInstant, requireLabel, requireWhole, requireWord } from './input.ts'
import { requirePermission } from './permissions.ts'

export type PutShiftInput = {
  readonly tenant: string
  readonly by: Doer
  readonly role: Role
  readonly person: string
  readonly fromMs: number
  /** Exclusive. */
  readonly toMs: number
  readonly precedence?: number
  readonly source: string
}

/** A year: longer is an ownership nobody reviews, not a shift. */
const MAX_SHIFT_MS = 366 * 24 * 3_600_000
/** Primary, and as many backups as a page goes through before the next role becomes accountable. */
const MAX_PRECEDENCE = 9

/** Throws `not_permitted`, `not_found`, `request_invalid` (also when the person does not hold the role). */
export async function putShift(
  deps: CommandBase & {
    readonly people: PersonStore
    readonly roster: RosterStore
    /** A second person confirmed it in this transaction. */
    readonly isConfirmed?: boolean
  },
  input: PutShiftInput,
): Promise<{ readonly shift: Shift; readonly receipt: Receipt }> {
  requirePermission(input.by, 'shift.put')
  const person = await deps.people.byId(input.tenant, input.person)
  if (person === undefined) throw new Failure('not_found', 'no such person in this tenant')
  const role = requireWord('role', input.role, ROLES)
  if (!person.roles.includes(role)) throw invalid('the person does not hold the role')
  const shift: Shift = {
    tenant: input.tenant,
    id: deps.nextId(),
    role,
    person: person.id,
    fromMs: requireInstant('from_ms', input.fromMs),
    toMs: requireInstant('to_ms', input.toMs),
    precedence: requireWhole('precedence', input.precedence ?? 0, 0, MAX_PRECEDENCE),
    source: requireLabel('source', input.source),
    ...enteredBy(input.by, deps.nowMs(), deps.isConfirmed === true),
  }
  if (shift.source.startsWith(FEED_PREFIX))
    throw invalid('source names a feed, which speaks for itself')
  if (shift.toMs <= shift.fromMs) throw invalid('the shift ends before it starts')
  if (shift.toMs - shift.fromMs > MAX_SHIFT_MS) throw invalid('a shift lasts at most 366 days')
  const committed = await deps.commit(input.tenant, async (tx) => {
    await deps.roster.put(tx, shift)
    const entry = draft(deps, 'roster.changed', actorOf(input.by), {
      data: { role, person: person.id, from: shift.fromMs, to: shift.toMs, source: shift.source },
    })
    return { value: shift, entries: [entry] }
  })
  return { shift, receipt: committed.receipts[0] }
}

function enteredBy(by: Doer, atMs: number, isConfirmed: boolean): Pick<Shift, 'entered'> {
  if (by.kind === 'system') return {}
  return { entered: { by: by.person.id, atMs, isByToken: by.isByToken !== false, isConfirmed } }
}
