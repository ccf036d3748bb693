/**
 * Policies on disk: a directory of `*.cedar` files (any number of policies each), and beside them
 * `thresholds.json`, `owners.json`, `limits.json`, and where wanted `monitored.json` and `*.test.yaml`.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { Failure } from '../kernel/failure.ts'
import type { JsonValue } from '../kernel/strict-json.ts'
import { parseStrict } from '../kernel/strict-json.ts'
import type { BundleDraft, PolicyTexts } from '../policy/bundle.ts'
import { readLimits, readMonitored, readOwners, readThresholds } from '../policy/documents.ts'
import { MAX_POLICIES, MAX_POLICY_BYTES } from '../policy/lint-text.ts'
import { splitPolicies } from '../policy/split-text.ts'
import type { PolicyTestCase } from '../policy/table-test.ts'
import { readPolicyTests } from '../policy/table-test.ts'

/** What a directory says; floor and actions come from elsewhere. */
export type PolicyDirectory = Pick<
  BundleDraft,
  'policies' | 'thresholds' | 'owners' | 'limits' | 'monitored'
>

/** A whole bundle at its limits would fill this; a larger file is no policy file. */
const MAX_FILE_BYTES = MAX_POLICIES * MAX_POLICY_BYTES

/** Throws `policy_invalid`, naming the file. Reads nothing but the directory itself; no links are followed. */
export function readBundleDirectory(directory: string): PolicyDirectory {
  const document = (name: string): JsonValue | undefined => {
    const bytes = filesIn(directory, name)
      .filter((file) => file === name)
      .map((file) => readLimited(directory, file))[0]
    return bytes === undefined ? undefined : parseDocument(name, bytes)
  }
  const thresholds = document('thresholds.json')
  const owners = document('owners.json')
  if (thresholds === undefined) throw missing(directory, 'thresholds.json')
  const limits = document('limits.json')
  if (owners === undefined) throw missing(directory, 'owners.json')
  if (limits === undefined) throw missing(directory, 'limits.json')
  return {
    policies: readPolicyTexts(directory),
    thresholds: readThresholds('thresholds.json', thresholds),
    owners: readOwners('owners.json', owners),
    limits: readLimits('limits.json', limits),
    monitored: readMonitored('monitored.json', document('monitored.json') ?? []),
  }
}

/** All policies of a directory by id. Throws `policy_invalid` when two have the same id. */
export function readPolicyTexts(directory: string): PolicyTexts {
  const texts: Record<string, string> = {}
  for (const file of filesIn(directory, '.cedar')) {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readLimited(directory, file))
    for (const [id, policy] of Object.entries(splitPolicies(file, text))) {
      if (Object.hasOwn(texts, id)) {
        throw new Failure('policy_invalid', `${file}: the id ${id} is already used in another file`)
      }
      Object.defineProperty(texts, id, { value: policy, enumerable: true })
    }
  }
  return texts
}

/** The cases of all `*.test.yaml` files. Throws `policy_invalid`, naming the file. */
export function readPolicyTestFiles(directory: string): readonly PolicyTestCase[] {
  return filesIn(directory, '.test.yaml').flatMap((file) => {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readLimited(directory, file))
    return readPolicyTests(file, parseYaml(file, text))
  })
}

/** Plain JSON types only: no aliases (a small file could grow without bound), no tags, no repeated keys. */
function parseYaml(file: string, text: string): JsonValue {
  try {
    return parse(text, { schema: 'core', uniqueKeys: true, maxAliasCount: 0, strict: true })
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.split('\n')[0] : 'not YAML'
    throw new Failure('policy_invalid', `${file}: ${detail}`, { cause })
  }
}

function missing(directory: string, name: string): Failure {
  return new Failure('policy_invalid', `${join(directory, name)} is missing`)
}

/** Plain files whose name ends so, sorted; throws when the directory cannot be read. */
function filesIn(directory: string, ending: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
      .map((entry) => entry.name)
      .sort()
  } catch (cause) {
    throw new Failure('policy_invalid', `${directory} cannot be read`, { cause })
  }
}

function readLimited(directory: string, file: string): Uint8Array {
  const bytes = readFileSync(join(directory, file))
  if (bytes.length > MAX_FILE_BYTES) throw new Failure('policy_invalid', `${file} is too large`)
  return bytes
}

function parseDocument(name: string, bytes: Uint8Array): JsonValue {
  try {
    return parseStrict(bytes)
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : 'not JSON'
    throw new Failure('policy_invalid', `${name}: ${detail}`, { cause })
  }
}
