/**
 * What only shows when a bundle is asked: does it answer everything, is no worse effect gated more weakly,
 * do the hard floors hold, can a write run before a person saw it.
 */
import { EFFECTS } from '../catalogue/tool.ts'
import { digestOf } from '../kernel/digest.ts'
import type { Bundle } from './bundle.ts'
import { decide } from './decide.ts'
import type { ReadableBundle } from './explain.ts'
import type { Finding } from './finding.ts'
import { errorIn } from './finding.ts'
import type { MatrixRow, Subject } from './matrix.ts'
import { explainMatrix, rankOfEffect, requestFor, subjectsOfBundle, TIERS } from './matrix.ts'
import type { PolicyRequest } from './request.ts'

export type CheckedBundle = ReadableBundle & { readonly bundle: Bundle }

/** An action no policy speaks of: what a newly reviewed tool gets before anybody writes a rule for it. */
const NEUTRAL_ACTION = 'set:sample'
const NEUTRAL: readonly Subject[] = EFFECTS.map((effect) => ({ action: NEUTRAL_ACTION, effect }))

/** Findings of severity error keep a bundle from being published. */
export function checkAnswers(loaded: CheckedBundle): readonly Finding[] {
  const subjects = [...subjectsOfBundle(loaded.bundle), ...NEUTRAL]
  const rows = explainMatrix(loaded, subjects)
  return [
    ...findUnanswered(rows),
    ...findUnreviewed(rows),
    ...findUneven(rows.filter((row) => row.subject.action === NEUTRAL_ACTION)),
    ...findLowFloors(loaded, subjects),
  ]
}

/** Every pair is decided by a policy that can be named (R2). */
function findUnanswered(rows: readonly MatrixRow[]): readonly Finding[] {
  return rows
    .filter((row) => row.decision.policyIds.length === 0)
    .map((row) =>
      errorIn('bundle', 'unanswered', `${nameOf(row)}: ${row.decision.reason}, by no policy`),
    )
}

/** Nothing from `write` up, and nothing that lowers attention, runs before a person saw it (R49). */
function findUnreviewed(rows: readonly MatrixRow[]): readonly Finding[] {
  return rows
    .filter(
      (row) => row.gate === 0 && rankOfEffect(row.subject.effect) >= rankOfEffect('influence'),
    )
    .map((row) =>
      errorIn('bundle', 'effect_before_review', `${nameOf(row)} is allowed without a person`),
    )
}

/**
 * In each tier a worse effect is gated at least as strongly as every lesser one (R125). Compared on the action
 * no policy speaks of, because a rule for one action may well be stricter than its effect asks for.
 */
function findUneven(rows: readonly MatrixRow[]): readonly Finding[] {
  return TIERS.flatMap(({ name }) => {
    const findings: Finding[] = []
    let strongest = { effect: 'read', gate: 0 }
    for (const row of rows.filter((one) => one.tier === name)) {
      const { effect } = row.subject
      if (row.gate >= strongest.gate) strongest = { effect, gate: row.gate }
      else {
        const detail = `tier ${name}: ${effect} is gated more weakly than ${strongest.effect}`
        findings.push(errorIn('bundle', 'not_monotonic', detail))
      }
    }
    return findings
  })
}

type Raise = {
  readonly name: string
  readonly from: number
  readonly apply: (base: PolicyRequest) => PolicyRequest
}

const withFlag = (flag: string, from: number): Raise => ({
  name: flag,
  from,
  apply: (base) => ({ ...base, call: { ...base.call, flags: [flag] } }),
})
const withLabel = (label: string): Raise => ({
  name: label,
  from: rankOfEffect('influence'),
  apply: (base) => ({ ...base, target: { ...base.target, labels: [label] } }),
})

/** The hard floors of DESIGN 8, each with the least effect it applies to. */
const HARD_FLOORS: readonly Raise[] = [
  {
    name: 'irreversible',
    from: rankOfEffect('influence'),
    apply: (base) => ({
      ...base,
      call: { ...base.call, reversibility: 'irreversible', hasInverse: false },
    }),
  },
  ...['privileged', 'cloud-credential', 'availability-critical', 'break-glass'].map(withLabel),
  ...['externally-visible', 'reduces-visibility', 'starts-agent', 'governance-input'].map((flag) =>
    withFlag(flag, 0),
  ),
  ...['returns-secret', 'arbitrary-execution'].map((flag) => withFlag(flag, 0)),
  ...['touches-containment', 'regulated-data'].map((flag) => withFlag(flag, 0)),
  ...['destroys-evidence', 'alters-evidence'].map((flag) => withFlag(flag, 0)),
]

/** No bundle lets a hard floor pass without a person, whatever its permits say (R78). */
function findLowFloors(loaded: CheckedBundle, subjects: readonly Subject[]): readonly Finding[] {
  const entry = digestOf('countersign-catalogue-v1', new Uint8Array())
  return HARD_FLOORS.flatMap((floor) =>
    subjects
      .filter((subject) => rankOfEffect(subject.effect) >= floor.from)
      .filter((subject) => {
        const raising = { ...requestFor(subject).call, direction: 'raises' as const }
        const base = { ...requestFor(subject), call: raising }
        return decide(loaded, floor.apply(base), entry, []).kind === 'allow'
      })
      .map((subject) =>
        errorIn('bundle', 'floor_lowered', `${subject.action}/${subject.effect}: ${floor.name}`),
      ),
  )
}

function nameOf(row: MatrixRow): string {
  return `${row.subject.action}/${row.subject.effect} in tier ${row.tier}`
}
