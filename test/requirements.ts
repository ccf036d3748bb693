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
  /** A name of test/sabotage/registry.ts. */
  readonly sabotage?: string
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
  R1: { kind: 'refusal', state: 'open' },
  R2: { kind: 'property', state: 'open' },
  R3: { kind: 'refusal', state: 'open' },
  R4: { kind: 'property', state: 'open' },
  R5: { kind: 'gate', state: 'open', sabotage: 'slot-opens-for-anything' },
  R6: { kind: 'gate', state: 'open' },
  R7: { kind: 'report', state: 'open' },
  R8: { kind: 'refusal', state: 'open' },
  R9: { kind: 'refusal', state: 'open' },
  R10: { kind: 'gate', state: 'open', sabotage: 'any-purpose-writes' },
  R11: { kind: 'refusal', state: 'open' },
  R12: { kind: 'refusal', state: 'open' },
  R13: { kind: 'refusal', state: 'open', sabotage: 'context-never-forbids' },
  R14: { kind: 'property', state: 'open' },
  R15: { kind: 'property', state: 'open' },
  R16: { kind: 'refusal', state: 'open' },
  R17: { kind: 'property', state: 'open' },
  R18: { kind: 'refusal', state: 'open' },
  R19: { kind: 'refusal', state: 'open' },
  R20: { kind: 'refusal', state: 'open' },
  R21: { kind: 'refusal', state: 'open' },
  R22: { kind: 'gate', state: 'open' },
  R23: { kind: 'refusal', state: 'open' },
  R24: { kind: 'record', state: 'open' },
  R25: { kind: 'record', state: 'open' },
  R26: { kind: 'property', state: 'open' },
  R27: { kind: 'refusal', state: 'open' },
  R28: { kind: 'report', state: 'open' },
  R29: { kind: 'gate', state: 'open', sabotage: 'verifier-always-verified' },
  R30: { kind: 'refusal', state: 'open' },
  R31: { kind: 'refusal', state: 'open' },
  R32: { kind: 'report', state: 'open' },
  R33: { kind: 'refusal', state: 'open', sabotage: 'permit-lint-blind' },
  R34: { kind: 'gate', state: 'open', sabotage: 'destroys-unasked' },
  R35: { kind: 'gate', state: 'open' },
  R36: { kind: 'refusal', state: 'open' },
  R37: { kind: 'property', state: 'open' },
  R38: { kind: 'refusal', state: 'open' },
  R39: { kind: 'property', state: 'open' },
  R40: { kind: 'record', state: 'open' },
  R41: { kind: 'refusal', state: 'open' },
  R42: { kind: 'refusal', state: 'open' },
  R43: { kind: 'refusal', state: 'open' },
  R44: { kind: 'refusal', state: 'open' },
  R45: { kind: 'gate', state: 'open' },
  R46: { kind: 'refusal', state: 'open' },
  R47: { kind: 'property', state: 'open' },
  R48: { kind: 'refusal', state: 'open' },
  R49: { kind: 'refusal', state: 'open', sabotage: 'writes-unseen' },
  R50: { kind: 'refusal', state: 'open', sabotage: 'any-mode-writes' },
  R51: { kind: 'refusal', state: 'open' },
  R52: { kind: 'record', state: 'open' },
  R53: { kind: 'refusal', state: 'open' },
  R54: { kind: 'property', state: 'open' },
  R55: { kind: 'refusal', state: 'open' },
  R56: { kind: 'refusal', state: 'open' },
  R57: { kind: 'refusal', state: 'open', sabotage: 'no-bundle-allows' },
  R58: { kind: 'report', state: 'open' },
  R59: { kind: 'property', state: 'open' },
  R60: { kind: 'property', state: 'open' },
  R61: { kind: 'property', state: 'open' },
  R62: { kind: 'refusal', state: 'open' },
  R63: { kind: 'refusal', state: 'open' },
  R64: { kind: 'gate', state: 'open', sabotage: 'layer-lint-blind' },
  R65: { kind: 'report', state: 'open' },
  R66: { kind: 'report', state: 'open' },
  R67: { kind: 'property', state: 'open' },
  R68: { kind: 'gate', state: 'open', sabotage: 'contains-unasked' },
  R69: { kind: 'refusal', state: 'open', sabotage: 'lasting-unconfirmed' },
  R70: { kind: 'gate', state: 'open' },
  R71: { kind: 'refusal', state: 'open' },
  R72: { kind: 'report', state: 'open' },
  R73: { kind: 'report', state: 'open' },
  R74: { kind: 'property', state: 'open' },
  R75: { kind: 'record', state: 'open' },
  R76: { kind: 'property', state: 'open' },
  R77: { kind: 'gate', state: 'open' },
  R78: { kind: 'refusal', state: 'open', sabotage: 'permit-lint-blind' },
  R79: { kind: 'refusal', state: 'open' },
  R80: { kind: 'record', state: 'open' },
  R81: { kind: 'gate', state: 'open', sabotage: 'confidence-lowers' },
  R82: { kind: 'report', state: 'open' },
  R83: { kind: 'gate', state: 'open', sabotage: 'contains-unasked' },
  R84: { kind: 'refusal', state: 'open' },
  R85: { kind: 'gate', state: 'open', sabotage: 'identity-unasked' },
  R86: { kind: 'record', state: 'open' },
  R87: { kind: 'property', state: 'open' },
  R88: { kind: 'gate', state: 'open', sabotage: 'sensitive-unasked' },
  R89: { kind: 'refusal', state: 'open' },
  R90: { kind: 'gate', state: 'open' },
  R91: { kind: 'refusal', state: 'open' },
  R92: { kind: 'gate', state: 'open' },
  R93: { kind: 'gate', state: 'open' },
  R94: { kind: 'gate', state: 'open' },
  R95: { kind: 'property', state: 'open' },
  R96: { kind: 'gate', state: 'open', sabotage: 'case-tags-ignored' },
  R97: { kind: 'gate', state: 'open' },
  R98: { kind: 'property', state: 'open' },
  R99: { kind: 'refusal', state: 'open' },
  R100: { kind: 'property', state: 'open' },
  R101: { kind: 'record', state: 'open' },
  R102: { kind: 'record', state: 'open' },
  R103: { kind: 'record', state: 'open' },
  R104: { kind: 'record', state: 'open' },
  R105: { kind: 'report', state: 'open' },
  R106: { kind: 'gate', state: 'open' },
  R107: { kind: 'property', state: 'open' },
  R108: { kind: 'report', state: 'open' },
  R109: { kind: 'record', state: 'open' },
  R110: { kind: 'record', state: 'open' },
  R111: { kind: 'gate', state: 'open', sabotage: 'interrupts-unasked' },
  R112: { kind: 'refusal', state: 'open' },
  R113: { kind: 'record', state: 'open' },
  R114: { kind: 'refusal', state: 'open' },
  R115: { kind: 'refusal', state: 'open' },
  R116: { kind: 'refusal', state: 'open' },
  R117: { kind: 'property', state: 'open' },
  R118: { kind: 'gate', state: 'open' },
  R119: { kind: 'gate', state: 'open', sabotage: 'blast-radius-lowers' },
  R120: { kind: 'refusal', state: 'open' },
  R121: { kind: 'gate', state: 'open' },
  R122: { kind: 'gate', state: 'open' },
  R123: { kind: 'property', state: 'open' },
  R124: { kind: 'refusal', state: 'open' },
  R125: { kind: 'gate', state: 'open', sabotage: 'answers-unchecked' },
  R126: { kind: 'refusal', state: 'open' },
  R127: { kind: 'gate', state: 'open' },
  R128: { kind: 'refusal', state: 'open' },
  R129: { kind: 'refusal', state: 'open' },
  R130: { kind: 'gate', state: 'open' },
  R131: { kind: 'refusal', state: 'open' },
  R132: { kind: 'gate', state: 'open' },
  R133: { kind: 'refusal', state: 'open', sabotage: 'document-lint-blind' },
  R134: { kind: 'property', state: 'open' },
  R135: { kind: 'gate', state: 'open' },
  R136: { kind: 'gate', state: 'open' },
  R137: { kind: 'record', state: 'open' },
  R138: { kind: 'refusal', state: 'open', sabotage: 'document-lint-blind' },
  R139: { kind: 'gate', state: 'open', sabotage: 'target-count-ignored' },
  R140: { kind: 'record', state: 'open' },
  R141: { kind: 'gate', state: 'open', sabotage: 'both-high-ignored' },
  R142: { kind: 'report', state: 'open' },
  R143: { kind: 'gate', state: 'open', sabotage: 'exposure-ignored' },
  R144: { kind: 'report', state: 'open' },
  R145: { kind: 'property', state: 'open' },
  R146: { kind: 'refusal', state: 'open' },
  R147: { kind: 'property', state: 'open' },
  R148: { kind: 'refusal', state: 'open' },
  R149: { kind: 'gate', state: 'open' },
  R150: { kind: 'gate', state: 'open' },
  R151: { kind: 'gate', state: 'open' },
  R152: { kind: 'refusal', state: 'open' },
  R153: { kind: 'refusal', state: 'open', sabotage: 'document-lint-blind' },
  R154: { kind: 'gate', state: 'open' },
  R155: { kind: 'report', state: 'open' },
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
