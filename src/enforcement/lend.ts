/**
 * Borrowing: three steps in this order, so that whatever a broker gave out is on record before it exists. The
 * decision and the wish are durable (a crash after that leaves a row, and the next start takes back what may have
 * been made); the broker is asked against that receipt; the dispatch commit writes down what it gave. What is
 * borrowed and not dispatched is taken back.
 */
import type { ApprovalRequest } from '../approval/request.ts'
import type { ClassifiedCall } from '../catalogue/tool.ts'
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft, Receipt } from '../kernel/entry.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import type { IssuedParts } from '../lease/brokered.ts'
import type { Lease } from '../lease/lease.ts'
import { isBroader } from '../lease/need.ts'
import type { CredentialBroker, Issued } from '../lease/ports.ts'
import { scopeDigest } from '../lease/scope.ts'
import type { Considered } from './considered.ts'
import { baseOf, decidedDraft } from './entries.ts'
import type { Lent } from './lent.ts'
import { letGoOf } from './let-go.ts'
import type { CallPlace } from './place.ts'
import { recheck, releasedBy } from './recheck.ts'
import type { Spine } from './spine.ts'
import { leaseOf, type Wish, wishOf } from './wish.ts'

/** The decision, what must still hold when it is written down, and how the tool is named at its server. */
type Decided = {
  readonly place: CallPlace
  readonly call: ClassifiedCall
  readonly name: string
  readonly draft: EntryDraft
  readonly check: (tx: Tx) => Promise<void>
}

/** A server's clock may differ by this much before its word on the end of a credential is called longer. */
const SKEW_MS = 30_000

/** What the call is to be sent with; undefined when no rule names its tool, and then nothing was asked of anybody. */
export async function lendFor(
  spine: Spine,
  considered: Considered,
  request: ApprovalRequest | undefined,
): Promise<Lent | undefined> {
  const { intent, place, call, facts, discharged } = considered
  if (spine.lending?.ruleFor(intent.upstream, intent.name) === undefined) return undefined
  return lend(spine, {
    place,
    call,
    name: intent.name,
    draft: decidedDraft(spine.nextId(), considered, releasedBy(considered, request)?.id),
    check: (tx) => recheck(spine, tx, facts, discharged.grant, spine.clock.nowMs()),
  })
}

/**
 * The same for any decided call. Throws what the commit port and `check` throw, `broker_unreachable` and
 * `broker_refused`; then nothing is sent and nothing stays alive.
 */
export async function lend(spine: Spine, decided: Decided): Promise<Lent | undefined> {
  const rule = spine.lending?.ruleFor(decided.place.upstream, decided.name)
  if (spine.lending === undefined || rule === undefined) return undefined
  const broker = spine.lending.brokers.byId(rule.broker)
  const asked = wishOf(spine, decided.place, decided.call, rule, broker)
  const receipts = await announce(spine, decided, asked, broker)
  spine.at('lease:requested')
  const { isStrict } = spine.lending
  const issued = await issue(asked, broker, receipts.requested, isStrict).catch((error: unknown) =>
    unsent(spine, decided.place, asked, 'issue_failed', error),
  )
  spine.at('lease:issued')
  const lease = { ...asked.lease, ...partsOf(asked, issued) }
  spine.lending.desk.lay({ lease, rule, material: issued.material })
  return {
    ...receipts,
    lease: leaseOf(lease, decided.place),
    issued: partsOf(asked, issued),
    broker: broker.id,
    scope: scopeDigest(lease.scope),
    isBroader: isBroader(broker.capabilities, issued.findings),
    findings: (issued.findings ?? []).map(({ kind }) => kind),
  }
}

/** Does `work` with what was borrowed; when it throws, nothing was sent, and it is taken back. */
export async function orTakeBack<T>(
  spine: Spine,
  place: CallPlace,
  lent: Lent | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (lent === undefined) throw error
    spine.lending?.desk.drop(lent.lease.id)
    return unsent(spine, place, { lease: lent.lease, ...lent.issued }, 'not_dispatched', error)
  }
}

/** The first commit: decided, and asked for. */
async function announce(
  spine: Spine,
  { place, draft, check }: Decided,
  { lease, ttlMs }: Wish,
  { id: broker, kind }: CredentialBroker,
): Promise<{ readonly decided: Receipt; readonly requested: Receipt }> {
  const requested: EntryDraft = {
    ...baseOf(place),
    // Its time to live counts from here, not from the decision.
    atMs: lease.issuedAtMs,
    id: spine.nextId(),
    type: 'lease.requested',
    cites: [draft.id],
    data: {
      ...{ lease: lease.id, kind, broker, tool: place.label.tool },
      scope: scopeDigest(lease.scope),
      ttl_ms: ttlMs,
    },
  }
  const { receipts } = await spine.commit(lease.tenant, async (tx) => {
    await check(tx)
    if (!(await spine.brokeredLeases.request(tx, lease))) {
      throw new Failure('facts_changed', 'the same step is borrowing already')
    }
    return { value: undefined, entries: [draft, requested] }
  })
  const [first, second] = receipts
  if (second === undefined) throw new Failure('internal', 'a commit gave no receipt')
  return { decided: first, requested: second }
}

async function issue(
  { lease, ttlMs }: Wish,
  broker: CredentialBroker,
  decided: Receipt,
  isStrict: boolean,
): Promise<Issued> {
  const { tenant, id, task, agent, caseId, call, scope, issuedAtMs: nowMs } = lease
  const issued = await broker.issue(
    {
      ...{ tenant, lease: id, task, agent, caseId, call, scope, ttlMs, nowMs, decided },
      scopeDigest: scopeDigest(scope),
    },
    // The limit of time is the adapter's wrapper; nobody else calls an issue off half way.
    new AbortController().signal,
  )
  if (issued.expiresAtMs > lease.expiresAtMs + SKEW_MS) {
    throw new Failure('broker_refused', `${broker.id} lent for longer than it was asked for`)
  }
  if (isStrict && isBroader(broker.capabilities, issued.findings)) {
    throw new Failure('broker_refused', `${broker.id} lent more than it was asked for`)
  }
  return issued
}

function partsOf({ lease }: Wish, issued: Issued): IssuedParts {
  const { handle, residualUntilMs } = issued
  return {
    issuedAtMs: lease.issuedAtMs,
    expiresAtMs: Math.min(issued.expiresAtMs, lease.expiresAtMs),
    residualUntilMs,
    ...(handle === undefined ? {} : { handle }),
  }
}

/**
 * Takes back what was asked for and not used, also when the answer to the asking is not known. When even that cannot
 * be written down the row stays as it is, and the sweeper finds it. Always throws `error`.
 */
async function unsent(
  spine: Spine,
  place: CallPlace,
  { lease, handle }: { readonly lease: Pick<Lease, 'id' | 'tenant'>; readonly handle?: string },
  reason: string,
  error: unknown,
): Promise<never> {
  const told = { ...baseOf(place), atMs: spine.clock.nowMs() }
  await spine
    .commit(lease.tenant, async (tx) => {
      const [first, ...rest] = await letGoOf(spine, tx, lease.id, told, reason, handle)
      if (first === undefined) throw new Failure('conflict', 'it is ending already')
      return { value: undefined, entries: [first, ...rest] }
    })
    .catch((failed: unknown) => {
      if (codeOf(failed) === 'internal') throw failed
    })
  throw error
}
