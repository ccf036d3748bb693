/**
 * What has to stand before evidence is destroyed or overwritten (R132): somebody or something has preserved it, and
 * what depends on the target was looked at; or a person waived that, by name and for one target. Pure.
 */
import { atLeast, type ClassifiedCall, type Target } from '../catalogue/tool.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'

export const SAFEGUARDS = ['evidence-preserved', 'impact-checked'] as const
export type SafeguardKind = (typeof SAFEGUARDS)[number]

/** One safeguard of one target in one case. `by`: the call that did it, or the waiver of a person. */
export type Safeguard = {
  readonly tenant: string
  readonly caseId: string
  readonly kind: SafeguardKind
  readonly target: Target
  readonly by: 'call' | 'waiver'
  /** Id of the call, or of the ledger entry of the waiver. */
  readonly ref: string
  readonly atMs: InstantMs
  readonly untilMs: InstantMs
}

export type SafeguardStore = {
  readonly ofCase: (tenant: string, caseId: string) => Promise<readonly Safeguard[]>
  /** Replaces an earlier one of the same kind and target. */
  readonly put: (tx: Tx, safeguard: Safeguard) => Promise<void>
}

/** A shift and the one before it: what was secured longer ago does not show what the target held lately. */
export const SAFEGUARD_MS = 16 * 3_600_000
/** Long enough to ask for the act and to sign it; the next act is another decision. */
export const WAIVER_MS = 3_600_000

/** Which safeguard a call is, when it succeeds. */
export function safeguardsBy(call: Pick<ClassifiedCall, 'flags'>): readonly SafeguardKind[] {
  return [
    ...(call.flags.includes('collects-evidence') ? (['evidence-preserved'] as const) : []),
    ...(call.flags.includes('checks-impact') ? (['impact-checked'] as const) : []),
  ]
}

/**
 * Whether a call takes evidence with it: its entry says so, or it is destructive and nobody said that it leaves
 * evidence alone, and nobody answers by name for doing without.
 */
export function destroysEvidence(call: Pick<ClassifiedCall, 'effect' | 'flags' | 'tool'>): boolean {
  if (call.tool.reviewed?.entry.evidence?.waiver !== undefined) return false
  if (call.flags.includes('destroys-evidence')) return true
  return atLeast(call.effect, 'destructive') && !call.flags.includes('preserves-evidence')
}

export type Safeguards = {
  /** What the call rests on: calls and waivers, sorted. */
  readonly refs: readonly string[]
  /** What is missing for at least one target. */
  readonly missing: readonly SafeguardKind[]
}

/** What stands for all targets of a call at this instant, and what does not. */
export function safeguardsFor(
  targets: readonly Target[],
  found: readonly Safeguard[],
  nowMs: InstantMs,
): Safeguards {
  const needed = targets.flatMap((target) =>
    SAFEGUARDS.map((kind) => ({
      kind,
      held: found.find((each) => each.kind === kind && isOf(each, target) && nowMs < each.untilMs),
    })),
  )
  const refs = needed.flatMap(({ held }) => (held === undefined ? [] : [held.ref]))
  const open = needed.filter(({ held }) => held === undefined)
  return {
    refs: [...new Set(refs)].sort(),
    missing: SAFEGUARDS.filter((kind) => open.some((each) => each.kind === kind)),
  }
}

/** Names of hosts and accounts do not differ by case. */
function isOf({ target }: Pick<Safeguard, 'target'>, { kind, id }: Target): boolean {
  return target.kind === kind && target.id.toLowerCase() === id.toLowerCase()
}
