/**
 * Every promise the product makes, and how far it is kept. Tests cite ids in their titles (`[R9]`, or
 * `[R9 R22]`); the gate in requirements-gate.test.ts holds states against citations.
 */
import { APR } from './requirements/approval.ts'
import { AUD } from './requirements/audit.ts'
import { EXE, PLAN, TOOL } from './requirements/execution.ts'
import { ID, TEN } from './requirements/identity.ts'
import { DATA, INT } from './requirements/integrity.ts'
import { OVS, STD } from './requirements/oversight.ts'
import { POL } from './requirements/policy.ts'
import type { PromiseTexts } from './requirements/sources.ts'

/** `proved`: tested end to end. `partly`: the tested part is less than the sentence. `open`: not claimed. */
export type State = 'proved' | 'partly' | 'open'

/**
 * What a promise is about. `refusal` and `gate` are rules that say no, or not yet: a row belongs here as
 * soon as one clause of its sentence does, and once proved it names the sabotage under which its tests
 * fail. `record`: what is written and provable. `report`: what can be read off. `property`: the rest.
 */
export type Kind = 'refusal' | 'gate' | 'record' | 'report' | 'property'

export type Requirement = {
  readonly id: string
  readonly area: string
  readonly source: string
  readonly promise: string
  readonly kind: Kind
  readonly state: State
  /** A name of test/sabotage/registry.ts, or several: each takes away one rule that the promise rests on. */
  readonly sabotage?: string | readonly string[]
}

export function sabotagesOf({ sabotage }: Pick<Requirement, 'sabotage'>): readonly string[] {
  return sabotage === undefined ? [] : [sabotage].flat()
}

/** Area codes in the order of the table, with the words people use. */
export const AREAS: Readonly<Record<string, string>> = {
  ID: 'identity',
  TEN: 'tenants',
  TOOL: 'tools',
  POL: 'policy',
  APR: 'approval',
  PLAN: 'plans',
  EXE: 'execution',
  INT: 'integrity',
  DATA: 'data',
  AUD: 'audit',
  OVS: 'oversight',
  STD: 'standards',
}

type Standing = Pick<Requirement, 'kind' | 'state' | 'sabotage'>

/** How each promise stands. One row per promise; raise a state in the commit that brings the test. */
const STANDING: Readonly<Record<string, Standing>> = {
  R1: { kind: 'refusal', state: 'proved', sabotage: 'grants-ignored' },
  R2: { kind: 'property', state: 'proved' },
  R3: { kind: 'refusal', state: 'partly' },
  R4: { kind: 'property', state: 'partly' },
  R5: { kind: 'gate', state: 'proved', sabotage: 'slot-opens-for-anything' },
  R6: { kind: 'gate', state: 'partly', sabotage: 'one-person-suffices' },
  R7: { kind: 'report', state: 'open' },
  R8: { kind: 'refusal', state: 'proved', sabotage: 'broad-unseen' },
  R9: { kind: 'refusal', state: 'proved', sabotage: 'approvals-for-anything' },
  R10: { kind: 'gate', state: 'proved', sabotage: 'any-purpose-writes' },
  R11: { kind: 'refusal', state: 'proved', sabotage: 'person-token-admitted' },
  R12: { kind: 'refusal', state: 'proved', sabotage: 'one-key-for-many' },
  R13: { kind: 'refusal', state: 'proved', sabotage: 'context-never-forbids' },
  R14: { kind: 'property', state: 'proved' },
  R15: { kind: 'property', state: 'proved' },
  R16: { kind: 'refusal', state: 'proved', sabotage: 'lives-too-long' },
  R17: { kind: 'property', state: 'proved', sabotage: 'leaves-leases' },
  R18: { kind: 'refusal', state: 'proved', sabotage: 'stops-unseen' },
  R19: { kind: 'refusal', state: 'partly' },
  R20: { kind: 'refusal', state: 'partly' },
  R21: { kind: 'refusal', state: 'partly' },
  R22: { kind: 'gate', state: 'proved', sabotage: 'approvals-never-void' },
  R23: { kind: 'refusal', state: 'proved', sabotage: 'writes-listed' },
  R24: { kind: 'record', state: 'open' },
  R25: { kind: 'record', state: 'partly' },
  R26: { kind: 'property', state: 'proved', sabotage: 'credentials-repeated' },
  R27: { kind: 'refusal', state: 'open' },
  R28: { kind: 'report', state: 'open' },
  R29: { kind: 'gate', state: 'proved', sabotage: 'verifier-always-verified' },
  R30: { kind: 'refusal', state: 'open' },
  R31: { kind: 'refusal', state: 'proved', sabotage: 'desk-hands-out' },
  R32: { kind: 'report', state: 'open' },
  R33: { kind: 'refusal', state: 'proved', sabotage: 'permit-lint-blind' },
  R34: { kind: 'gate', state: 'proved', sabotage: 'destroys-unasked' },
  R35: { kind: 'gate', state: 'proved', sabotage: 'one-person-suffices' },
  R36: { kind: 'refusal', state: 'proved', sabotage: 'any-purpose-writes' },
  R37: { kind: 'property', state: 'partly' },
  R38: { kind: 'refusal', state: 'partly' },
  R39: { kind: 'property', state: 'open' },
  R40: { kind: 'record', state: 'partly' },
  R41: { kind: 'refusal', state: 'proved', sabotage: 'any-width' },
  R42: { kind: 'refusal', state: 'open' },
  R43: { kind: 'refusal', state: 'partly' },
  R44: { kind: 'refusal', state: 'partly' },
  R45: { kind: 'gate', state: 'proved', sabotage: 'taint-ignored' },
  R46: { kind: 'refusal', state: 'partly', sabotage: 'drift-ignored' },
  R47: { kind: 'property', state: 'proved' },
  R48: { kind: 'refusal', state: 'proved', sabotage: 'plans-never-stop' },
  R49: { kind: 'refusal', state: 'proved', sabotage: 'writes-unseen' },
  R50: { kind: 'refusal', state: 'partly', sabotage: 'any-mode-writes' },
  R51: { kind: 'refusal', state: 'proved', sabotage: 'gaps-overlooked' },
  R52: { kind: 'record', state: 'proved' },
  R53: { kind: 'refusal', state: 'proved', sabotage: 'excess-unseen' },
  R54: { kind: 'property', state: 'partly' },
  R55: { kind: 'refusal', state: 'proved', sabotage: 'desk-hands-out' },
  R56: { kind: 'refusal', state: 'partly' },
  R57: { kind: 'refusal', state: 'proved', sabotage: ['no-bundle-allows', 'unpublished-decides'] },
  R58: { kind: 'report', state: 'open' },
  R59: { kind: 'property', state: 'proved' },
  R60: { kind: 'property', state: 'proved' },
  R61: { kind: 'property', state: 'proved' },
  R62: { kind: 'refusal', state: 'proved', sabotage: 'advice-unowned' },
  R63: { kind: 'refusal', state: 'proved', sabotage: 'no-way-back-needed' },
  R64: { kind: 'gate', state: 'partly', sabotage: 'layer-lint-blind' },
  R65: { kind: 'report', state: 'open' },
  R66: { kind: 'report', state: 'proved' },
  R67: { kind: 'property', state: 'proved' },
  R68: { kind: 'gate', state: 'proved', sabotage: 'contains-unasked' },
  R69: { kind: 'refusal', state: 'proved', sabotage: 'lasting-unconfirmed' },
  R70: { kind: 'gate', state: 'partly' },
  R71: { kind: 'refusal', state: 'open' },
  R72: { kind: 'report', state: 'open' },
  R73: { kind: 'report', state: 'open' },
  R74: { kind: 'property', state: 'open' },
  R75: { kind: 'record', state: 'proved' },
  R76: { kind: 'property', state: 'proved' },
  R77: { kind: 'gate', state: 'proved', sabotage: 'anyone-eligible' },
  R78: { kind: 'refusal', state: 'proved', sabotage: 'permit-lint-blind' },
  R79: { kind: 'refusal', state: 'partly' },
  R80: { kind: 'record', state: 'partly' },
  R81: { kind: 'gate', state: 'proved', sabotage: 'confidence-lowers' },
  R82: { kind: 'report', state: 'open' },
  R83: { kind: 'gate', state: 'proved', sabotage: 'contains-unasked' },
  R84: { kind: 'refusal', state: 'proved', sabotage: 'any-mode-writes' },
  R85: { kind: 'gate', state: 'proved', sabotage: 'identity-unasked' },
  R86: { kind: 'record', state: 'open' },
  R87: { kind: 'property', state: 'proved' },
  R88: { kind: 'gate', state: 'proved', sabotage: 'sensitive-unasked' },
  R89: { kind: 'refusal', state: 'proved', sabotage: 'desk-hands-out' },
  R90: { kind: 'gate', state: 'open' },
  R91: { kind: 'refusal', state: 'open' },
  R92: { kind: 'gate', state: 'open' },
  R93: { kind: 'gate', state: 'open' },
  R94: { kind: 'gate', state: 'proved', sabotage: 'silence-approves' },
  R95: { kind: 'property', state: 'partly' },
  R96: { kind: 'gate', state: 'proved', sabotage: 'case-tags-ignored' },
  R97: { kind: 'gate', state: 'open' },
  R98: { kind: 'property', state: 'proved' },
  R99: { kind: 'refusal', state: 'open' },
  R100: { kind: 'property', state: 'partly' },
  R101: { kind: 'record', state: 'open' },
  R102: { kind: 'record', state: 'proved' },
  R103: { kind: 'record', state: 'open' },
  R104: { kind: 'record', state: 'open' },
  R105: { kind: 'report', state: 'open' },
  R106: { kind: 'gate', state: 'open' },
  R107: { kind: 'property', state: 'open' },
  R108: { kind: 'report', state: 'open' },
  R109: { kind: 'record', state: 'proved' },
  R110: { kind: 'record', state: 'open' },
  R111: { kind: 'gate', state: 'proved', sabotage: 'interrupts-unasked' },
  R112: { kind: 'refusal', state: 'open' },
  R113: { kind: 'record', state: 'open' },
  R114: { kind: 'refusal', state: 'proved', sabotage: 'agents-approve' },
  R115: { kind: 'refusal', state: 'open' },
  R116: { kind: 'refusal', state: 'open' },
  R117: { kind: 'property', state: 'open' },
  R118: { kind: 'gate', state: 'open' },
  R119: { kind: 'gate', state: 'proved', sabotage: 'blast-radius-lowers' },
  R120: { kind: 'refusal', state: 'open' },
  R121: { kind: 'gate', state: 'proved', sabotage: 'hand-offs-unbounded' },
  R122: { kind: 'gate', state: 'open' },
  R123: { kind: 'property', state: 'open' },
  R124: { kind: 'refusal', state: 'open' },
  R125: { kind: 'gate', state: 'proved', sabotage: 'answers-unchecked' },
  R126: { kind: 'refusal', state: 'proved', sabotage: 'owners-unresolved' },
  R127: { kind: 'gate', state: 'proved', sabotage: 'outcomes-unowned' },
  R128: { kind: 'refusal', state: 'proved', sabotage: 'anyone-eligible' },
  R129: { kind: 'refusal', state: 'open' },
  R130: { kind: 'gate', state: 'proved', sabotage: 'unread-consequences' },
  R131: { kind: 'refusal', state: 'proved', sabotage: 'records-unchecked' },
  R132: { kind: 'gate', state: 'proved', sabotage: 'evidence-unguarded' },
  R133: { kind: 'refusal', state: 'proved', sabotage: 'anything-is-a-role' },
  R134: { kind: 'property', state: 'proved', sabotage: 'limits-ignored' },
  R135: { kind: 'gate', state: 'proved', sabotage: 'permissions-merged' },
  R136: { kind: 'gate', state: 'proved', sabotage: 'unread-consequences' },
  R137: { kind: 'record', state: 'proved' },
  R138: { kind: 'refusal', state: 'proved', sabotage: 'document-lint-blind' },
  R139: { kind: 'gate', state: 'proved', sabotage: 'target-count-ignored' },
  R140: { kind: 'record', state: 'open' },
  R141: { kind: 'gate', state: 'proved', sabotage: 'both-high-ignored' },
  R142: { kind: 'report', state: 'open' },
  R143: { kind: 'gate', state: 'proved', sabotage: 'exposure-ignored' },
  R144: { kind: 'report', state: 'open' },
  R145: { kind: 'property', state: 'proved' },
  R146: { kind: 'refusal', state: 'proved', sabotage: 'stops-unseen' },
  R147: { kind: 'property', state: 'proved' },
  R148: { kind: 'refusal', state: 'open' },
  R149: { kind: 'gate', state: 'proved', sabotage: 'evidence-unowned' },
  R150: { kind: 'gate', state: 'proved', sabotage: 'anyone-eligible' },
  R151: { kind: 'gate', state: 'proved', sabotage: 'plans-never-stop' },
  R152: { kind: 'refusal', state: 'proved', sabotage: 'anyone-eligible' },
  R153: { kind: 'refusal', state: 'proved', sabotage: 'document-lint-blind' },
  R154: { kind: 'gate', state: 'proved', sabotage: 'yes-unsigned' },
  R155: { kind: 'report', state: 'partly' },
  R156: { kind: 'report', state: 'open' },
}

const TEXTS: Readonly<Record<string, PromiseTexts>> = {
  POL,
  APR,
  AUD,
  OVS,
  STD,
  ID,
  TEN,
  EXE,
  TOOL,
  PLAN,
  INT,
  DATA,
}

/** All promises, R1 first. Throws when a promise has no standing or a standing no promise. */
export const REQUIREMENTS: readonly Requirement[] = assemble()

function assemble(): readonly Requirement[] {
  const rows = Object.entries(TEXTS).flatMap(([area, sources]) =>
    Object.entries(sources).flatMap(([source, promises]) =>
      Object.entries(promises).map(([id, promise]) => {
        const standing = STANDING[id]
        if (standing === undefined) throw new Error(`${id} has no standing`)
        return { id, area, source, promise, ...standing }
      }),
    ),
  )
  const known = new Set(rows.map((row) => row.id))
  const orphan = Object.keys(STANDING).find((id) => !known.has(id))
  if (orphan !== undefined) throw new Error(`${orphan} has a standing and no promise`)
  return rows.sort((one, other) => numberOf(one.id) - numberOf(other.id))
}

function numberOf(id: string): number {
  return Number(id.slice(1))
}
