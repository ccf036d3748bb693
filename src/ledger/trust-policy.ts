/**
 * Trust policies (C2SP tlog-policy): which logs are known, which witnesses, and how many of them must have
 * cosigned. This is the file an auditor keeps and gives to `verify --trust`; it must come from somewhere
 * else than the export. Text is UTF-8; the specification would also take other octets, we refuse them.
 */
import { Failure } from '../kernel/failure.ts'
import { encodeHex } from './base64.ts'
import type { NoteKey } from './note-key.ts'
import { parseVkey } from './note-key.ts'

export type Witness = {
  readonly name: string
  /** Absent when the key is of a type we cannot verify: such a witness counts as silent. */
  readonly key?: NoteKey
}

/** A group has witnessed when at least `threshold` of its members have. */
export type WitnessGroup = { readonly threshold: number; readonly members: readonly string[] }

export type TrustPolicy = {
  readonly logs: readonly NoteKey[]
  readonly witnesses: readonly Witness[]
  readonly groups: ReadonlyMap<string, WitnessGroup>
  /** Name of a witness or group, or `none`. */
  readonly quorum: string
}

type Draft = {
  logs: NoteKey[]
  witnesses: Map<string, Witness>
  groups: Map<string, WitnessGroup>
  members: Set<string>
  quorum: string | undefined
}

/** Reads a policy file. Throws `trust_policy_invalid` naming the line. */
export function parseTrustPolicy(text: string): TrustPolicy {
  const draft: Draft = {
    logs: [],
    witnesses: new Map(),
    groups: new Map(),
    members: new Set(),
    quorum: undefined,
  }
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text))
    throw invalid(0, 'it holds a control character')
  const lines = text.split('\n')
  // The specification terminates each line; a missing last newline could be a cut file.
  if (lines.pop() !== '') throw invalid(lines.length + 1, 'the last line does not end in a newline')
  for (const [i, line] of lines.entries()) {
    const words = line.split(/[ \t]+/).filter((word) => word !== '')
    if (words.length === 0 || words[0]?.startsWith('#')) continue
    const fault = readLine(draft, words)
    if (fault !== undefined) throw invalid(i + 1, fault)
  }
  if (draft.quorum === undefined) throw invalid(lines.length, 'there is no quorum line')
  return {
    logs: draft.logs,
    witnesses: [...draft.witnesses.values()],
    groups: draft.groups,
    quorum: draft.quorum,
  }
}

/** Whether the quorum is met by the witnesses whose keys have verified. `none` is always met. */
export function quorumMet(policy: TrustPolicy, verified: readonly NoteKey[]): boolean {
  const cosigned = new Set<string>()
  for (const { name, key } of policy.witnesses) {
    if (key === undefined) continue
    if (verified.some((each) => each.name === key.name && sameKey(each, key))) cosigned.add(name)
  }
  const witnessed = (name: string): boolean => {
    const group = policy.groups.get(name)
    if (group === undefined) return cosigned.has(name)
    return group.members.filter(witnessed).length >= group.threshold
  }
  return policy.quorum === 'none' || witnessed(policy.quorum)
}

function readLine(draft: Draft, [keyword, ...words]: readonly string[]): string | undefined {
  if (keyword === 'log') return readLog(draft, words)
  if (keyword === 'witness') return readWitness(draft, words)
  if (keyword === 'group') return readGroup(draft, words)
  return keyword === 'quorum' ? readQuorum(draft, words) : 'the line starts with no known keyword'
}

function readLog(draft: Draft, [vkey = '', ...urls]: readonly string[]): string | undefined {
  const key = parseVkey(vkey)
  if (urls.length > 1) return 'a log line has a key and at most one URL'
  if (key === undefined) return 'the log key is malformed'
  if (key === 'unsupported' || key.type !== 'ed25519')
    return 'the log key is not of type Ed25519 (0x01)'
  if (draft.logs.some((log) => sameKey(log, key))) return 'the log key was listed before'
  draft.logs.push(key)
  return undefined
}

function readWitness(
  draft: Draft,
  [name = '', vkey = '', ...urls]: readonly string[],
): string | undefined {
  const key = parseVkey(vkey)
  if (urls.length > 1) return 'a witness line has a name, a key and at most one URL'
  if (key === undefined) return 'the witness key is malformed'
  if (isDefined(draft, name)) return 'the name is already taken'
  if (key === 'unsupported') {
    draft.witnesses.set(name, { name })
    return undefined
  }
  if (key.type !== 'cosignature') return 'the witness key is not of a cosignature type'
  const before = [...draft.witnesses.values()]
  if (before.some((witness) => witness.key !== undefined && sameKey(witness.key, key))) {
    return 'the witness key was listed before'
  }
  draft.witnesses.set(name, { name, key })
  return undefined
}

function readGroup(
  draft: Draft,
  [name = '', rule = '', ...members]: readonly string[],
): string | undefined {
  const threshold = thresholdOf(rule, members.length)
  if (threshold === undefined)
    return 'a group needs all, any or a number from 1 to its member count'
  if (isDefined(draft, name)) return 'the name is already taken'
  for (const member of members) {
    if (member === 'none' || !isDefined(draft, member)) return 'a member is not defined above'
    if (draft.members.has(member)) return 'a member was already counted in a group'
    draft.members.add(member)
  }
  draft.groups.set(name, { threshold, members })
  return undefined
}

function readQuorum(draft: Draft, [name = '', ...more]: readonly string[]): string | undefined {
  if (draft.quorum !== undefined) return 'there is more than one quorum line'
  if (more.length > 0 || !isDefined(draft, name))
    return 'the quorum names nothing that is defined above'
  draft.quorum = name
  return undefined
}

function thresholdOf(rule: string, count: number): number | undefined {
  if (count === 0) return undefined
  if (rule === 'all') return count
  if (rule === 'any') return 1
  const threshold = /^[1-9]\d{0,3}$/.test(rule) ? Number(rule) : 0
  return threshold >= 1 && threshold <= count ? threshold : undefined
}

function isDefined(draft: Draft, name: string): boolean {
  return name === 'none' || draft.witnesses.has(name) || draft.groups.has(name)
}

/** Two vkeys are duplicates when they wrap the same key, whatever their names (C2SP tlog-policy). */
function sameKey(a: NoteKey, b: NoteKey): boolean {
  return encodeHex(a.publicKey) === encodeHex(b.publicKey)
}

function invalid(line: number, why: string): Failure {
  return new Failure('trust_policy_invalid', line === 0 ? why : `line ${line}: ${why}`)
}
