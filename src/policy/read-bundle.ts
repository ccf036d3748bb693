/** Reads a stored or exported bundle back from its canonical JSON text. */
import type { Effect } from '../catalogue/tool.ts'
import { EFFECTS } from '../catalogue/tool.ts'
import { canonicalText } from '../kernel/canonical-json.ts'
import { isDigest } from '../kernel/digest.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject, parseStrictText } from '../kernel/strict-json.ts'
import type { ActionClass } from './actions.ts'
import type { Bundle, EngineVersions, PolicyTexts } from './bundle.ts'
import { readLimits, readMonitored, readOwners, readThresholds } from './documents.ts'

const MEMBERS = [
  'format',
  'sequence',
  'parent',
  'engine',
  'floor',
  'policies',
  'actions',
  'thresholds',
  'owners',
  'limits',
  'monitored',
  'schema',
]

/** The text a bundle is stored and digested as. */
export function bundleText(bundle: Bundle): string {
  return canonicalText(bundle)
}

/**
 * The bundle a text stands for. Throws `policy_invalid` when a member is missing, unknown or of another type,
 * or the text is not the canonical one, so that text and digest always belong together.
 */
export function readBundle(text: string): Bundle {
  const record = parse(text)
  if (canonicalText(record) !== text) throw invalid('the text is not canonical')
  const unknown = Object.keys(record).find((key) => !MEMBERS.includes(key))
  if (unknown !== undefined) throw invalid(`unknown member "${unknown.slice(0, 40)}"`)
  const { format, sequence, parent, schema } = record
  if (format !== 'countersign-bundle-v1') throw invalid('another format')
  if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || sequence < 1) {
    throw invalid('"sequence" must be 1 or more')
  }
  if (typeof schema !== 'string') throw invalid('"schema" must be a text')
  if (parent !== undefined && (typeof parent !== 'string' || !isDigest(parent))) {
    throw invalid('"parent" must be a digest')
  }
  return {
    format,
    sequence,
    ...(parent === undefined ? {} : { parent }),
    engine: engineOf(record.engine),
    floor: textsOf('floor', record.floor),
    policies: textsOf('policies', record.policies),
    actions: actionsOf(record.actions),
    thresholds: readThresholds('thresholds', record.thresholds ?? null),
    owners: readOwners('owners', record.owners ?? null),
    limits: readLimits('limits', record.limits ?? null),
    monitored: readMonitored('monitored', record.monitored ?? null),
    schema,
  }
}

function invalid(what: string): Failure {
  return new Failure('policy_invalid', `the bundle cannot be read: ${what}`)
}

function parse(text: string): JsonObject {
  let value: JsonValue
  try {
    value = parseStrictText(text, { maxBytes: 32 * 1024 * 1024, maxDepth: 8 })
  } catch (cause) {
    throw new Failure('policy_invalid', 'the bundle cannot be read: not JSON', { cause })
  }
  if (!isObject(value)) throw invalid('no object')
  return value
}

function engineOf(value: JsonValue | undefined): EngineVersions {
  const { sdk, language } = isObject(value) ? value : ({} as JsonObject)
  if (typeof sdk !== 'string' || typeof language !== 'string') throw invalid('"engine"')
  return { sdk, language }
}

function textsOf(name: string, value: JsonValue | undefined): PolicyTexts {
  if (!isObject(value)) throw invalid(`"${name}"`)
  const texts: Record<string, string> = {}
  for (const [id, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw invalid(`"${name}"`)
    Object.defineProperty(texts, id, { value: text, enumerable: true })
  }
  return texts
}

function actionsOf(value: JsonValue | undefined): readonly ActionClass[] {
  if (!Array.isArray(value)) throw invalid('"actions"')
  return (value as readonly JsonValue[]).map((one) => {
    const { action, effect } = isObject(one) ? one : ({} as JsonObject)
    if (typeof action !== 'string' || !isEffect(effect)) throw invalid('"actions"')
    return { action, effect }
  })
}

function isEffect(value: JsonValue | undefined): value is Effect {
  return (EFFECTS as readonly (JsonValue | undefined)[]).includes(value)
}
