/**
 * A first draft of an entry for a tool nobody has classified, for a person to correct. Never applied by itself. It
 * takes the worst its name and its declared hints admit, and says whatever it does not know the careful way: a
 * newly added server is somebody else's (`external`), seen by others (`externally-visible`), and its
 * results are written by strangers (`untrusted-output`) until the reviewer says otherwise (R44).
 */
import type { JsonObject } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import { declaredArguments, worstEffect } from './classification.ts'
import type { Classification, Effect, ToolDefinition, ToolEntry, ToolKind } from './tool.ts'
import { atLeast } from './tool.ts'
import { effectOfName, namesSecret, nameWords } from './verbs.ts'
import type { Flag, Verb } from './words.ts'

export type Suggestion = {
  readonly entry: ToolEntry
  /** Why, one sentence each, and what the reviewer still has to fill in. */
  readonly because: readonly string[]
}

/** As long as MCP clients wait by default. */
const TIMEOUT_MS = 60_000

/** The draft. Deterministic: the same definition gives the same draft. */
export function suggestEntry(kind: ToolKind, definition: ToolDefinition): Suggestion {
  const named = kind === 'tool' ? effectOfName(definition.name) : READING
  const hinted = hintedEffect(definition)
  const effect = worstEffect(named.effect, hinted)
  const args = [...declaredArguments(kind, definition)]
  const target = suggestTarget(args)
  const flags = suggestFlags(definition.name, effect, args)
  const worst: Classification = {
    effect,
    verb: suggestVerb(definition.name, effect),
    target,
    reversibility: atLeast(effect, 'write') ? 'irreversible' : 'compensable',
    flags,
    triggers: [],
    resultLabels: [],
  }
  const confirmations = args.filter(confirms).map((argument) => ({ argument, value: true }))
  const because = [
    named.because,
    ...(hinted === 'read' ? [] : ['its declared hints say that it is no read']),
    ...(confirmations.length === 0
      ? []
      : ['it takes an argument that confirms; the gateway sets it']),
    ...openQuestions(worst),
  ]
  return {
    entry: { kind, worst, discriminators: [], confirmations, timeoutMs: TIMEOUT_MS },
    because,
  }
}

const READING = { effect: 'read', because: 'resources and prompts are read' } as const satisfies {
  effect: Effect
  because: string
}

/** What the server declares against itself. A hint that something is harmless is not used. */
function hintedEffect(definition: ToolDefinition): Effect {
  const hints = definition.annotations
  if (!isObject(hints)) return 'read'
  if (hints.destructiveHint === true && hints.readOnlyHint !== true) return 'write'
  return hints.readOnlyHint === false ? 'annotate' : 'read'
}

function suggestFlags(name: string, effect: Effect, args: readonly string[]): readonly Flag[] {
  const isProgram = args.some((arg) =>
    /^(?:sql|query|vql|kql|spl|script|command|cmd|code|program|expression)$/i.test(arg),
  )
  return [
    'external',
    'externally-visible',
    'untrusted-output',
    ...(namesSecret(name) ? (['returns-secret'] as const) : []),
    ...(isProgram && effect !== 'read' ? (['arbitrary-execution'] as const) : []),
  ]
}

const TARGET_ARGUMENTS: readonly (readonly [kind: string, names: RegExp])[] = [
  [
    'ipv4_net',
    /^(?:ip|ips|ip_?addr(?:ess)?(?:es)?|address(?:es)?|src_?ip|source_?ip|cidr|network)$/i,
  ],
  [
    'device',
    /^(?:host|hosts|host_?(?:name|id|ids)s?|device|device_?(?:id|name)s?|agent_?ids?|endpoint_?ids?|client_?ids?|sensor_?ids?|machine_?(?:id|name)s?|aids?)$/i,
  ],
  [
    'account',
    /^(?:user|users|user_?(?:name|id|ids)s?|account|account_?(?:name|id)s?|login|principal|upn|sam_?account_?name)$/i,
  ],
  ['domain_name', /^(?:domain|domains|domain_?names?|fqdn)$/i],
  ['email_addr', /^(?:email|emails|e_?mail_?address(?:es)?|mailbox|recipient|recipients|to)$/i],
  ['file', /^(?:path|paths|file|file_?(?:name|path)s?|hash|hashes|sha256|md5|destination)$/i],
  ['uri', /^(?:url|urls|uri|uris|link)$/i],
  ['process', /^(?:pid|pids|process_?(?:id|name)s?)$/i],
  [
    'case',
    /^(?:case|case_?(?:id|number)s?|incident_?ids?|ticket_?ids?|alert_?ids?|issue_?(?:id|key)s?)$/i,
  ],
]

/** The argument that most likely names the target; the first kind that fits, in the order of the table. */
function suggestTarget(args: readonly string[]): Classification['target'] {
  for (const [kind, names] of TARGET_ARGUMENTS) {
    const found = args.find((arg) => names.test(arg))
    if (found !== undefined) return { kind, from: `args[${JSON.stringify(found)}]` }
  }
  return { kind: 'unknown' }
}

const CONFIRMING = new Set(
  'confirm confirmed confirmation confirmations acknowledge acknowledged consent approve approved'.split(
    ' ',
  ),
)

function confirms(argument: string): boolean {
  return nameWords(argument).some((word) => CONFIRMING.has(word))
}

const VERB_WORDS: readonly (readonly [verb: Verb, words: RegExp])[] = [
  ['deny', /^(?:block|deny|ban|blacklist|shun)$/],
  ['allow', /^(?:unblock|allow|unban|whitelist|unshun)$/],
  ['contain', /^(?:isolate|contain|quarantine|restrict|disconnect)$/],
  ['restore', /^(?:restore|unisolate|release|lift|rejoin|reconnect|unquarantine|revert)$/],
  ['stop', /^(?:disable|stop|kill|terminate|suspend|deactivate|revoke|lock|shutdown)$/],
  ['start', /^(?:enable|start|activate|run|execute|launch|unlock|unsuspend|trigger)$/],
  ['restart', /^(?:restart|reboot|reset)$/],
  ['delete', /^(?:delete|remove|purge|wipe|erase|destroy|drop|clear)$/],
  ['create', /^(?:create|add|insert|new|generate|upload|register)$/],
  ['close', /^(?:close|resolve)$/],
  ['dispose', /^(?:dismiss|suppress|snooze)$/],
  ['publish', /^(?:publish|send|post|share|notify)$/],
  ['set', /^(?:set|assign|change|put)$/],
  ['copy', /^(?:copy|clone|download|export)$/],
]

function suggestVerb(name: string, effect: Effect): Verb {
  if (effect === 'read') return 'query'
  if (effect === 'annotate') return 'annotate'
  const words = nameWords(name)
  return VERB_WORDS.find(([, fits]) => words.some((word) => fits.test(word)))?.[0] ?? 'update'
}

function openQuestions(worst: Classification): readonly string[] {
  const questions: string[] = []
  if (atLeast(worst.effect, 'write') && worst.target.from === undefined) {
    questions.push('say which argument names its target')
  }
  if (worst.effect === 'contain' || worst.effect === 'identity') {
    questions.push('name the call that takes it back, or that it ends by itself, or sign a waiver')
  }
  return questions
}

/** The draft in the written form of entry files, to be edited. Members that say nothing are left out. */
export function draftOf(name: string, definitionDigest: string, { entry }: Suggestion): JsonObject {
  const { worst } = entry
  return {
    name,
    definition: definitionDigest,
    ...(entry.kind !== 'tool' && { kind: entry.kind }),
    effect: worst.effect,
    verb: worst.verb,
    target: { ...worst.target },
    reversibility: worst.reversibility,
    flags: [...worst.flags],
    ...(entry.confirmations.length > 0 && {
      confirmations: entry.confirmations.map(({ argument, value }) => ({ argument, value })),
    }),
  }
}
