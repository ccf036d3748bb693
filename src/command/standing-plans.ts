/** Standing plans as the faces see them: signing one, taking it back, and looking afterwards at what ran on it. */
import type { StandingPlan, StandingUse } from '../approval/standing.ts'
import type { PreApproved } from '../approval/standing-ports.ts'
import type { Assertion } from '../identity/passkey.ts'
import type { Person } from '../identity/person.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { draft } from './base.ts'
import { reasonOf, textPayload } from './decision-parts.ts'
import { requirePermission } from './permissions.ts'
import { type SignParts, signStandingPlan } from './sign-standing-plan.ts'

type Parts = SignParts
type By = { readonly tenant: string; readonly person: Person }
type Told<T> = { readonly value: T; readonly receipts: readonly Receipt[] }

export type StandingCommands = {
  readonly list: (tenant: string) => Promise<readonly StandingPlan[]>
  readonly queue: (tenant: string) => Promise<readonly StandingUse[]>
  readonly preApproved: (tenant: string) => Promise<readonly PreApproved[]>
  readonly sign: (
    input: By & { readonly proposal: JsonObject; readonly assertion?: Assertion },
  ) => Promise<Told<StandingPlan>>
  readonly revoke: (
    input: By & { readonly id: string; readonly reason: string },
  ) => Promise<Told<undefined>>
  readonly review: (
    input: By & {
      readonly call: string
      readonly verdict: 'agreed' | 'disagreed'
      readonly reason: string
    },
  ) => Promise<Told<undefined>>
}

export function makeStandingCommands(parts: Parts): StandingCommands {
  return {
    list: parts.standings.list,
    queue: parts.standings.queue,
    preApproved: parts.standings.preApproved,
    sign: (input) => signStandingPlan(parts, input),
    revoke: (input) => revoke(parts, input),
    review: (input) => review(parts, input),
  }
}

/** Halting is wide: anybody active may take a pre-authorisation back. Throws `not_found`. */
async function revoke(
  parts: Parts,
  input: By & { id: string; reason: string },
): Promise<Told<undefined>> {
  const { tenant, person, id } = input
  requirePermission({ kind: 'person', person }, 'decide')
  const reason = reasonOf(input.reason)
  return parts.commit(tenant, async (tx) => {
    if (!(await parts.standings.revoke(tx, id)))
      throw new Failure('not_found', 'no such standing plan is live')
    const entry = draft(
      baseOf(parts),
      'standing.revoked',
      { kind: 'person', id: person.id },
      {
        data: { standing: id, person: person.id },
        payloads: { reason: textPayload(reason) },
      },
    )
    return { value: undefined, entries: [entry] }
  })
}

/** Somebody else than the signer says whether they would have decided so (R95). Throws `not_found`. */
async function review(
  parts: Parts,
  input: By & { call: string; verdict: 'agreed' | 'disagreed'; reason: string },
): Promise<Told<undefined>> {
  const { tenant, person, call, verdict } = input
  requirePermission({ kind: 'person', person }, 'decide')
  const reason = reasonOf(input.reason)
  const use = await parts.standings.useOf(tenant, call)
  const record = await parts.calls.byId(tenant, call)
  const plan = use && (await parts.standings.byId(tenant, use.standing))
  if (use === undefined || plan === undefined || record === undefined)
    throw new Failure('not_found', 'no such call ran on a standing plan')
  if (plan.owner === person.id)
    throw new Failure('not_permitted', 'somebody else reviews what you signed')
  const atMs = parts.clock.nowMs()
  return parts.commit(tenant, async (tx) => {
    if (!(await parts.standings.judge(tx, call, verdict, person.id, atMs)))
      throw new Failure('not_found', 'the call does not wait for a review')
    const entry = draft(
      baseOf(parts),
      'standing.reviewed',
      { kind: 'person', id: person.id },
      {
        caseId: record.caseId,
        task: record.task,
        call,
        data: { standing: plan.id, verdict, person: person.id },
        payloads: { reason: textPayload(reason) },
      },
    )
    return { value: undefined, entries: [entry] }
  })
}

function baseOf({ nextId, clock }: Parts) {
  return { nextId, nowMs: clock.nowMs }
}
