/**
 * Puts on record that the clock of this node's host jumped, and that it is believed again, and pages whoever runs the
 * platform. What is refused meanwhile is decided with every call (facts/gather.ts); this only tells.
 */
import { codeOf } from '../kernel/failure.ts'
import type { NoticeQueue } from '../kernel/notice.ts'
import type { ClockState, SteadyClock } from '../kernel/steady-clock.ts'
import type { LedgerReader } from '../ledger/ports.ts'
import { readEntry } from '../ledger/read-entry.ts'
import { type CommandBase, draft } from './base.ts'

export type ClockWatchDeps = Pick<CommandBase, 'commit' | 'nowMs' | 'nextId'> & {
  readonly clock: SteadyClock
  readonly node: string
  readonly notices: NoticeQueue
}

const ACTOR = { kind: 'system', id: 'clock' } as const
const WATCHERS = 'platform-engineer'

/** Answers one look; what it could not put on record it says at the next. */
export function makeClockWatch(deps: ClockWatchDeps, tenant: string): () => Promise<void> {
  let told: ClockState = { isSteady: true, awayMs: 0, believed: 0 }
  return async () => {
    const before = told
    const now = deps.clock.state()
    if (now.isSteady === before.isSteady) return
    told = now
    try {
      await (now.isSteady ? tellSteady(deps, tenant, before, now) : tellJumped(deps, tenant, now))
    } catch (error) {
      told = before
      if (codeOf(error) !== 'ledger_unwritable') throw error
    }
  }
}

/** The record itself says what time it was: a clock that was set back while nobody ran begins no earlier. */
export async function beginClock(
  { ledger, clock }: { readonly ledger: LedgerReader; readonly clock: SteadyClock },
  tenant: string,
): Promise<void> {
  const { size } = await ledger.head(tenant)
  const [last] = await ledger.entries(tenant, Math.max(0, size - 1), size)
  const read = last === undefined ? undefined : readEntry(last.bytes)
  if (read?.ok === true) clock.notBefore(Date.parse(read.entry.time))
}

async function tellJumped(deps: ClockWatchDeps, tenant: string, { awayMs }: ClockState) {
  await deps.commit(tenant, async (tx) => {
    await deps.notices.put(tx, {
      tenant,
      id: deps.nextId(),
      kind: 'clock.jumped',
      urgency: 'page',
      to: { role: WATCHERS },
      about: {},
      atMs: deps.nowMs(),
    })
    const data = { node: deps.node, ...spanOf(awayMs) }
    return { value: undefined, entries: [draft(deps, 'clock.jumped', ACTOR, { data })] }
  })
}

async function tellSteady(
  deps: ClockWatchDeps,
  tenant: string,
  before: ClockState,
  now: ClockState,
) {
  const how = now.believed > before.believed ? 'believed' : 'returned'
  const data = { node: deps.node, how, ...spanOf(before.awayMs) }
  await deps.commit(tenant, async () => ({
    value: undefined,
    entries: [draft(deps, 'clock.steady', ACTOR, { data })],
  }))
}

function spanOf(awayMs: number) {
  return { direction: awayMs > 0 ? 'ahead' : 'back', by_ms: Math.abs(Math.round(awayMs)) }
}
