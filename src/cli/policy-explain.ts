/** Why a call would be decided as it would be, from a policy directory, in words one can check against its text. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { needsOf } from '../approval/needs.ts'
import type { ShippedEntry } from '../catalogue/entry-file.ts'
import { EFFECTS, type Effect } from '../catalogue/tool.ts'
import type { Role } from '../identity/person.ts'
import { digestOf } from '../kernel/digest.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonValue } from '../kernel/strict-json.ts'
import { isActionName } from '../policy/actions.ts'
import { explain } from '../policy/explain.ts'
import {
  explainMatrix,
  type MatrixRow,
  type Subject,
  subjectsOfBundle,
  subjectsOfEntry,
} from '../policy/matrix.ts'
import { readPolicyRequest } from '../policy/table-test.ts'
import type { Cli } from './context.ts'
import { offlineBundle } from './policy-offline.ts'
import { tableText } from './table.ts'

export type ExplainOptions = {
  readonly request?: string
  readonly action?: string
  readonly effect: string
  readonly matrix?: boolean
}

/** No catalogue entry takes part in a question asked on paper. */
const NO_ENTRY = digestOf('countersign-catalogue-v1', new Uint8Array())

/** Throws `policy_invalid`, `usage_invalid`. */
export async function explainDirectory(
  cli: Cli,
  directory: string | undefined,
  options: ExplainOptions,
): Promise<void> {
  const { bundle, engine, tools } = await offlineBundle(directory)
  const loaded = engine.loadBundle(bundle)
  if (options.request !== undefined) {
    const request = readPolicyRequest('request', readRequest(options.request))
    const answer = explain(loaded, request, NO_ENTRY)
    cli.show(answer, () => `${answer.sentences.join('\n')}\n`)
    return
  }
  const subjects =
    options.matrix === true
      ? [...subjectsOfBundle(bundle), ...tools.flatMap(subjectsOfShipped)]
      : [subjectOf(options)]
  const rows = explainMatrix(loaded, subjects)
  const ownerOf = ({ subject }: MatrixRow) =>
    loaded.ownerRole(subject.action, subject.effect, 'production', subject.properties?.flags ?? [])
  cli.show({ rows }, () =>
    tableText(
      HEADS,
      rows.map((row) => rowText(row, ownerOf(row))),
    ),
  )
}

/** A tool is known by its catalogue file and its own name until a server is connected under some id. */
function subjectsOfShipped({ file, name, entry }: ShippedEntry): readonly Subject[] {
  return subjectsOfEntry(`${file}/${name}`, { entry })
}

function subjectOf({ action, effect }: ExplainOptions): Subject {
  if (action === undefined) {
    throw new Failure(
      'usage_invalid',
      'say what to explain: --request FILE, --action ACTION or --matrix',
    )
  }
  if (!isActionName(action)) {
    throw new Failure(
      'usage_invalid',
      `"${action}" is no action; one is written verb:target, e.g. deny:ipv4_net`,
    )
  }
  if (!EFFECTS.includes(effect as Effect)) {
    throw new Failure('usage_invalid', `--effect is one of ${EFFECTS.join(', ')}`)
  }
  return { action, effect: effect as Effect }
}

const HEADS = ['TOOL', 'ACTION', 'EFFECT', 'TIER', 'DECISION', 'BY']
const VERDICTS = { allow: 'allowed', deny: 'blocked', hold: 'pending approval' } as const

function rowText({ subject, tier, decision }: MatrixRow, ownerRole: Role): string[] {
  const needs = decision.obligations.length === 0 ? [] : needsOf(decision.obligations, ownerRole)
  const asked = needs.map(({ role, strength }) => `${strength} by ${role}`)
  const verdict =
    decision.kind === 'deny' ? `${VERDICTS.deny}: ${decision.reason}` : VERDICTS[decision.kind]
  const what = asked.length === 0 ? verdict : `${verdict}: ${asked.join(' and ')}`
  const { tool = 'any', action, effect } = subject
  return [tool, action, effect, tier, what, decision.policyIds.join(' ')]
}

function readRequest(file: string): JsonValue {
  try {
    return parse(readFileSync(file, 'utf8'), { schema: 'core', uniqueKeys: true, maxAliasCount: 0 })
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.split('\n')[0] : 'not YAML'
    throw new Failure('usage_invalid', `${file}: ${detail}`, { cause })
  }
}
