/**
 * Which changes need a second person, in one table: who may make them, what makes them, and which of them are
 * free because they only halt or protect. A face reaches these commands through `makeChanges` and in no other way.
 */
import {
  addAgentKey,
  changeAgentGrants,
  changeAgentMode,
  changeAgentState,
} from './change-agent.ts'
import type { ImportInput } from './import-parts.ts'
import { applyImport, planImport } from './import-rows.ts'
import type { KindDeps, Place } from './kind-deps.ts'
import { linkChat } from './link-chat.ts'
import type { Permission } from './permissions.ts'
import { publishPolicy } from './publish-policy.ts'
import { putAsset } from './put-asset.ts'
import { putCertificate } from './put-certificate.ts'
import { putShift } from './put-shift.ts'
import { registerAgent } from './register-agent.ts'
import { changePerson, registerPerson } from './register-person.ts'

export type Kind<I extends Place, R> = {
  /** Who may propose it, and who may confirm what another has proposed. */
  readonly permission: Permission
  readonly run: (deps: KindDeps, input: I) => Promise<R>
  /** What halts or changes nothing that matters needs nobody else. */
  readonly isFree?: (deps: KindDeps, input: I) => Promise<boolean> | boolean
  /** Whom it is about; they do not confirm it. */
  readonly subject?: (input: I) => string
}

const kind = <I extends Place, R>(of: Kind<I, R>): Kind<I, R> => of

export const CHANGE_KINDS = {
  'person.register': kind({ permission: 'person.register', run: registerPerson }),
  'person.change': kind({
    permission: 'person.change',
    run: changePerson,
    isFree: (_deps, { state, roles }) => state === 'suspended' && roles === undefined,
    subject: ({ personId }) => personId,
  }),
  'certificate.put': kind({
    permission: 'certificate.put',
    run: putCertificate,
    subject: ({ person }) => person,
  }),
  'shift.put': kind({
    permission: 'shift.put',
    run: putShift,
    subject: ({ person }) => person,
  }),
  'chat.link': kind({
    permission: 'person.change',
    run: linkChat,
    subject: ({ person }) => person,
  }),
  // A feed keeps the inventory; only what may never be touched is a decision of people.
  'asset.put': kind({
    permission: 'asset.put',
    run: putAsset,
    isFree: async (deps, { tenant, kind: of, name, isNeverTouch }) =>
      ((await deps.assets.byName(tenant, of, name))?.isNeverTouch ?? false) === isNeverTouch,
  }),
  'policy.publish': kind({ permission: 'policy.publish', run: publishPolicy }),
  'agent.register': kind({ permission: 'agent.register', run: registerAgent }),
  'agent.state': kind({
    permission: 'agent.activate',
    run: changeAgentState,
    isFree: (_deps, { state }) => state !== 'active',
  }),
  'agent.mode': kind({ permission: 'agent.change', run: changeAgentMode }),
  'agent.grants': kind({ permission: 'agent.change', run: changeAgentGrants }),
  'agent.key': kind({ permission: 'agent.change', run: addAgentKey }),
  'import.people': kind({
    permission: 'person.register',
    run: (deps, input: ImportInput) => applyImport(deps, 'people', input),
  }),
  'import.roles': kind({
    permission: 'person.change',
    run: (deps, input: ImportInput) => applyImport(deps, 'roles', input),
  }),
  'import.certificates': kind({
    permission: 'certificate.put',
    run: (deps, input: ImportInput) => applyImport(deps, 'certificates', input),
  }),
  'import.assets': kind({
    permission: 'asset.put',
    run: (deps, input: ImportInput) => applyImport(deps, 'assets', input),
    isFree: async (deps, input) =>
      (await planImport(deps, 'assets', input)).rows.every(({ flips }) => flips !== true),
  }),
} as const

export type ChangeKind = keyof typeof CHANGE_KINDS
export type InputOf<K extends ChangeKind> = Parameters<(typeof CHANGE_KINDS)[K]['run']>[1]
export type ResultOf<K extends ChangeKind> = Awaited<ReturnType<(typeof CHANGE_KINDS)[K]['run']>>

export function isChangeKind(text: string): text is ChangeKind {
  return Object.hasOwn(CHANGE_KINDS, text)
}
