/**
 * The written form of an entry. The worst case stands at the top level, so that a simple tool is a few lines:
 *
 *     name: block_address
 *     definition: sha256:...
 *     effect: contain
 *     verb: deny
 *     target: { kind: ipv4_net, from: args.address }
 *     reversibility: time-limited
 *     inverse: { tool: unblock_address, arguments: { address: args.address } }
 *
 * Members left out mean: no flags, labels, triggers, discriminators or confirmations; irreversible from
 * `write` up, compensable below, reversible for a read.
 */
import type { Reading } from './reading.ts'
import type {
  Classification,
  Discriminator,
  Effect,
  Reversibility,
  ToolEntry,
  Trigger,
} from './tool.ts'
import { atLeast, EFFECTS } from './tool.ts'
import { FLAGS, VERBS } from './words.ts'

const REVERSIBILITIES = ['reversible', 'time-limited', 'compensable', 'irreversible'] as const
const KINDS = ['tool', 'resource', 'prompt'] as const
const CLASSIFICATION = [
  'effect',
  'direction',
  'verb',
  'target',
  'reversibility',
  'inverse',
  'flags',
  'triggers',
  'resultLabels',
] as const
const ENTRY = [
  'kind',
  'discriminators',
  'metaTool',
  'confirmations',
  'timeoutMs',
  'idempotencyArgument',
  'completesWithinMs',
  'probe',
  'preimage',
  'unchanged',
  'affected',
  'ends',
  'waiver',
  'evidence',
  'disputedHint',
] as const

/** MCP clients give up after 60 s by default; a tool that needs longer says so. */
const DEFAULT_TIMEOUT_MS = 60_000
const MAX_TIMEOUT_MS = 3_600_000
/** A day: what takes longer is a case of its own. */
const MAX_COMPLETION_MS = 24 * 3_600_000
/** As policy names actions: `deny:ipv4_net`. */
const TARGET_KIND = /^[a-z][a-z0-9_-]{0,39}$/
/** Labels enter the ledger and the policy (`label` of kernel/entry.ts). */
const LABEL = /^[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,79}$/

/** Reads one entry; `besides` are members of the same object that mean something else. */
export function readEntry(item: Reading, besides: readonly string[]): ToolEntry {
  const entry = item.object([...CLASSIFICATION, ...ENTRY, ...besides])
  const parts = readParts(item)
  const { effect, verb, target } = parts
  if (effect === undefined) throw item.failure('"effect" is missing')
  if (verb === undefined) throw item.failure('"verb" is missing')
  if (target === undefined) throw item.failure('"target" is missing')
  const worst: Classification = {
    ...parts,
    effect,
    verb,
    target,
    reversibility: parts.reversibility ?? defaultReversibility(effect),
    flags: parts.flags ?? [],
    triggers: parts.triggers ?? [],
    resultLabels: parts.resultLabels ?? [],
  }
  const metaTool = entry.optional('metaTool')?.object(['toolArgument', 'argumentsArgument'])
  const waiver = readWaiver(entry.optional('waiver'))
  const evidence = readEvidence(entry.optional('evidence'))
  const disputedHint = entry.optional('disputedHint')?.text()
  const probe = readProbe(entry.optional('probe'))
  const ends = readEnds(entry.optional('ends'))
  const preimage = readInverse(entry.optional('preimage'))
  const unchanged = entry.optional('unchanged')?.text()
  const idempotencyArgument = entry.optional('idempotencyArgument')?.text()
  const completesWithinMs = entry
    .optional('completesWithinMs')
    ?.wholeNumber(1000, MAX_COMPLETION_MS)
  const affected = entry.optional('affected')?.text()
  return {
    kind: entry.optional('kind')?.oneOf(KINDS) ?? 'tool',
    worst,
    discriminators: entry.optional('discriminators')?.list().map(readDiscriminator) ?? [],
    ...(metaTool !== undefined && {
      metaTool: {
        toolArgument: metaTool.member('toolArgument').text(),
        argumentsArgument: metaTool.member('argumentsArgument').text(),
      },
    }),
    confirmations: entry.optional('confirmations')?.list().map(readConfirmation) ?? [],
    timeoutMs: entry.optional('timeoutMs')?.wholeNumber(1000, MAX_TIMEOUT_MS) ?? DEFAULT_TIMEOUT_MS,
    ...(probe !== undefined && { probe }),
    ...(idempotencyArgument !== undefined && { idempotencyArgument }),
    ...(completesWithinMs !== undefined && { completesWithinMs }),
    ...(preimage !== undefined && { preimage }),
    ...(unchanged !== undefined && { unchanged }),
    ...(affected !== undefined && { affected }),
    ...(ends !== undefined && { ends }),
    ...(waiver !== undefined && { waiver }),
    ...(evidence !== undefined && { evidence }),
    ...(disputedHint !== undefined && { disputedHint }),
  }
}

/** A read leaves nothing to take back; a remark stays but can be corrected; anything else is final until said. */
function defaultReversibility(effect: Effect): Reversibility {
  if (effect === 'read') return 'reversible'
  return atLeast(effect, 'write') ? 'irreversible' : 'compensable'
}

/** The members of a classification that are there. */
function readParts(item: Reading): Partial<Classification> {
  const source = item.object()
  const effect = source.optional('effect')?.oneOf(EFFECTS)
  const direction = source.optional('direction')?.oneOf(['raises', 'lowers'])
  const verb = source.optional('verb')?.oneOf(VERBS)
  const target = readTarget(source.optional('target'))
  const reversibility = source.optional('reversibility')?.oneOf(REVERSIBILITIES)
  const inverse = readInverse(source.optional('inverse'))
  const flags = source
    .optional('flags')
    ?.list()
    .map((flag) => flag.oneOf(FLAGS))
  const triggers = source.optional('triggers')?.list().map(readTrigger)
  const resultLabels = source.optional('resultLabels')?.list().map(readLabel)
  return {
    ...(effect !== undefined && { effect }),
    ...(direction !== undefined && { direction }),
    ...(verb !== undefined && { verb }),
    ...(target !== undefined && { target }),
    ...(reversibility !== undefined && { reversibility }),
    ...(inverse !== undefined && { inverse }),
    ...(flags !== undefined && { flags }),
    ...(triggers !== undefined && { triggers }),
    ...(resultLabels !== undefined && { resultLabels }),
  }
}

function readTarget(item: Reading | undefined): Classification['target'] | undefined {
  const target = item?.object(['kind', 'from'])
  if (target === undefined) return undefined
  const kind = target
    .member('kind')
    .matching((text) => TARGET_KIND.test(text), 'a kind like ipv4_net')
  const from = target.optional('from')?.text()
  return { kind, ...(from !== undefined && { from }) }
}

function readInverse(item: Reading | undefined): Classification['inverse'] {
  const inverse = item?.object(['tool', 'arguments'])
  if (inverse === undefined) return undefined
  return { tool: inverse.member('tool').text(), arguments: inverse.member('arguments').texts() }
}

function readTrigger(item: Reading): Trigger {
  const trigger = item.object(['what', 'effect', 'reversibility', 'flags'])
  return {
    what: trigger.member('what').text(),
    effect: trigger.member('effect').oneOf(EFFECTS),
    reversibility: trigger.member('reversibility').oneOf(REVERSIBILITIES),
    flags:
      trigger
        .optional('flags')
        ?.list()
        .map((flag) => flag.oneOf(FLAGS)) ?? [],
  }
}

function readLabel(item: Reading): string {
  return item.matching((text) => LABEL.test(text), 'a label')
}

function readDiscriminator(item: Reading): Discriminator {
  const rule = item.object(['when', 'is'])
  rule.member('is').object(CLASSIFICATION)
  return { when: rule.member('when').text(), is: readParts(rule.member('is')) }
}

function readConfirmation(item: Reading): ToolEntry['confirmations'][number] {
  const confirmation = item.object(['argument', 'value'])
  return {
    argument: confirmation.member('argument').text(),
    value: confirmation.member('value').value,
  }
}

function readProbe(item: Reading | undefined): ToolEntry['probe'] {
  const probe = item?.object(['tool', 'arguments', 'expect'])
  if (probe === undefined) return undefined
  return {
    tool: probe.member('tool').text(),
    arguments: probe.member('arguments').texts(),
    expect: probe.member('expect').text(),
  }
}

function readWaiver(item: Reading | undefined): ToolEntry['waiver'] {
  const waiver = item?.object(['by', 'reason'])
  if (waiver === undefined) return undefined
  return { by: waiver.member('by').text(), reason: waiver.member('reason').text() }
}

function readEvidence(item: Reading | undefined): ToolEntry['evidence'] {
  const evidence = item?.object(['waiver', 'collection'])
  if (evidence === undefined) return undefined
  const waiver = readWaiver(evidence.optional('waiver'))
  const collection = readInverse(evidence.optional('collection'))
  return {
    ...(waiver !== undefined && { waiver }),
    ...(collection !== undefined && { collection }),
  }
}

function readEnds(item: Reading | undefined): ToolEntry['ends'] {
  const ends = item?.object(['minutes', 'atEnd'])
  if (ends === undefined) return undefined
  const minutes = ends.optional('minutes')?.text()
  const atEnd = ends.optional('atEnd')?.oneOf(['hold', 'revert'])
  return { ...(minutes !== undefined && { minutes }), ...(atEnd !== undefined && { atEnd }) }
}
