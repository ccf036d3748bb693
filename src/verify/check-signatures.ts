/**
 * Whether people really said yes. For each yes from `contain` up: the signature of the person's own device over the
 * digest of what was asked, by a key that the same log says was enrolled by that person and vouched for by another
 * before. Nothing of this can be made up by whoever runs the gateway after the key was vouched for.
 */
import { digestOf } from '../kernel/digest.ts'
import { parseStrict } from '../kernel/strict-json.ts'
import type { CaseExport } from '../ledger/export-format.ts'
import type { PlacedEntry } from '../ledger/finding.ts'
import { digestToSign } from '../ledger/sign-again.ts'
import type { SignedYes } from '../ledger/signed-yes.ts'
import { faultInSignature, keyDigestOf, readSignedYes } from '../ledger/signed-yes.ts'
import type { Check } from './verdict.ts'

/** `isGap`: nothing is false, it only cannot be known from this file. */
type Finding = {
  readonly code: string
  readonly index: number
  readonly detail: string
  readonly isGap: boolean
}

/** Effects from which a yes is signed (DESIGN 9). */
const SIGNED: readonly unknown[] = ['contain', 'identity', 'destructive']
const YES: readonly string[] = ['approval.granted', 'approval.co_signed', 'approval.emergency']

/** `related` are the proved entries outside the case: how the keys came onto the books. */
export function checkSignatures(
  file: CaseExport,
  entries: readonly PlacedEntry[],
  related: readonly PlacedEntry[],
): Check {
  const payloads = payloadsOf(file, entries)
  const effects = effectsOf(entries)
  const findings = statementFindings(entries, payloads)
  const known = new Set<string>()
  let signatures = 0
  for (const at of entries) {
    const { type, data } = at.entry
    if (!YES.includes(type)) continue
    if (data.passkey === undefined && !SIGNED.includes(effects.get(String(data.request)))) continue
    signatures += 1
    const fault = faultIn(at, payloads.get(at.index), related, rpIdOf(file), known)
    if (fault !== undefined) findings.push({ ...fault, index: at.index })
  }
  return conclusion(signatures, findings)
}

type Payloads = Readonly<Record<string, Uint8Array>>
type Fault = Omit<Finding, 'index'>

function faultIn(
  at: PlacedEntry,
  payloads: Payloads = {},
  related: readonly PlacedEntry[],
  rpId: string,
  known: Set<string>,
): Fault | undefined {
  if (at.entry.data.passkey === undefined)
    return gap('yes_unsigned', 'only the gateway says that this person said yes')
  if (payloads.signature === undefined)
    return gap('signature_withheld', 'the signature is not in this file')
  const yes = readSignedYes(payloads.signature)
  if (yes === undefined) return wrong('signature_wrong', 'it cannot be read')
  const fault = faultInSignature(yes, rpId)
  if (fault !== undefined) return wrong('signature_wrong', fault)
  if (yes.passkey !== at.entry.data.passkey)
    return wrong('signature_wrong', 'it is of another passkey than the entry says')
  return (
    faultInSubject(at, yes, payloads.group) ??
    faultInKey(at, yes, related) ??
    faultInRepeat(at, yes, known)
  )
}

/** What was signed is this action, or a list in which it stands. */
function faultInSubject(
  { entry }: PlacedEntry,
  { signed, again }: SignedYes,
  group: Uint8Array | undefined,
): Fault | undefined {
  const { action_digest: action, request } = entry.data
  if (signed === digestToSign(String(action), again)) return undefined
  if (again > 0) return wrong('signature_wrong', 'it is over another digest')
  if (group === undefined) return gap('group_withheld', 'it signs a group that is not in this file')
  if (digestOf('countersign-group-v1', group) !== signed)
    return wrong('signature_wrong', 'it is over another digest')
  const { members, verdict } = parseStrict(group) as { members?: unknown; verdict?: unknown }
  const isMember = (one: { request?: unknown; action_digest?: unknown }) =>
    one.request === request && one.action_digest === action
  if (verdict === 'approve' && Array.isArray(members) && members.some(isMember)) return undefined
  return wrong('signature_wrong', 'the signed group does not say yes to this action')
}

/** Each yes of a person to one question is over a digest of its own; a second one over the same is a copy. */
function faultInRepeat({ entry: { data } }: PlacedEntry, yes: SignedYes, known: Set<string>) {
  const mark = `${data.request} ${data.person} ${yes.signed}`
  if (known.has(mark))
    return wrong('signature_twice', 'the same digest was signed under an earlier yes')
  known.add(mark)
  return undefined
}

function faultInKey(at: PlacedEntry, yes: SignedYes, related: readonly PlacedEntry[]) {
  const { person } = at.entry.data
  const about = (type: string) =>
    related.find(({ index, entry }) => {
      const isIt = entry.type === type && entry.data.passkey === yes.passkey
      return isIt && index < at.index && entry.tenant === at.entry.tenant
    })
  const [enrolled, vouched] = [about('passkey.enrolled'), about('passkey.vouched')]
  if (enrolled === undefined || vouched === undefined)
    return gap('passkey_unproved', 'whose key it is, and who vouched for it, is not in this file')
  const key = keyDigestOf(yes.key)
  if (enrolled.entry.data.key !== key || vouched.entry.data.key !== key)
    return wrong('passkey_of_other', 'the key is not the one that was enrolled')
  if (enrolled.entry.data.person !== person || vouched.entry.data.person !== person)
    return wrong('passkey_of_other', 'the key was enrolled by somebody else')
  const { actor } = vouched.entry
  if (actor.kind !== 'person' || actor.id === person || vouched.index <= enrolled.index)
    return wrong('passkey_not_vouched', 'no second person vouched for the key')
  return undefined
}

/** What people signed by its digest is what the file shows them to have been asked. */
function statementFindings(
  entries: readonly PlacedEntry[],
  payloads: ReadonlyMap<number, Payloads>,
): Finding[] {
  return entries.flatMap(({ index, entry }) => {
    const statement = payloads.get(index)?.statement
    if (entry.type !== 'approval.requested' || statement === undefined) return []
    if (digestOf('countersign-action-v1', statement) === entry.data.action_digest) return []
    const detail = 'the statement shown is not the one of the action digest'
    return [{ ...wrong('statement_wrong', detail), index }]
  })
}

/** By request: the effect of the call or plan that asked. */
function effectsOf(entries: readonly PlacedEntry[]): ReadonlyMap<string, unknown> {
  return new Map(
    entries.flatMap(({ entry: { data } }) =>
      typeof data.request === 'string' && data.effect !== undefined
        ? [[data.request, data.effect] as const]
        : [],
    ),
  )
}

function payloadsOf(file: CaseExport, entries: readonly PlacedEntry[]) {
  const byIndex = new Map<number, Payloads>()
  for (const [i, { index }] of entries.entries()) {
    const disclosed = Object.entries(file.entries[i]?.disclosures ?? {}).flatMap(([name, each]) =>
      each.state === 'disclosed' ? [[name, each.payload] as const] : [],
    )
    byIndex.set(index, Object.fromEntries(disclosed))
  }
  return byIndex
}

/** Keys are for the host of the gateway, which the log's own signed name begins with. */
function rpIdOf({ origin }: CaseExport): string {
  return (origin.split('/')[0] ?? '').replace(/:\d+$/, '')
}

function gap(code: string, detail: string): Fault {
  return { code, detail, isGap: true }
}

function wrong(code: string, detail: string): Fault {
  return { code, detail, isGap: false }
}

function conclusion(signatures: number, found: readonly Finding[]): Check {
  const name = 'approvals'
  const findings = found.map(({ isGap: _, ...finding }) => finding)
  if (found.some(({ isGap }) => !isGap)) {
    const text = 'what people are said to have signed does not hold'
    return { name, state: 'failed', text, findings }
  }
  if (found.length > 0) {
    const text = `of ${signatures} yeses from contain up, ${found.length} cannot be proved from this file`
    return { name, state: 'incomplete', text, findings }
  }
  if (signatures === 0) return { name, state: 'ok', text: 'no yes that needs a signature' }
  const proved = `${signatures} yeses from contain up, each signed by a passkey enrolled and vouched for before`
  return {
    name,
    state: 'ok',
    text: `${proved}; whether a key was revoked before is not in this file`,
  }
}
