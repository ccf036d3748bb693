/**
 * Policies of a directory without a gateway. The bundle is made of the directory, the product's floor and the
 * actions of the catalogue on disk; checked as publishing checks it, in a thread of its own.
 */
import { readCatalogue } from '../adapters/catalogue-files.ts'
import { type CheckReport, checkBundle } from '../adapters/cedar-check.ts'
import { type CedarEngine, createCedarEngine } from '../adapters/cedar-engine.ts'
import {
  readBundleDirectory,
  readPolicyTestFiles,
  readPolicyTexts,
} from '../adapters/policy-files.ts'
import type { ShippedEntry } from '../catalogue/entry-file.ts'
import { readConfig } from '../config.ts'
import { canonicalText } from '../kernel/canonical-json.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { parseStrictText } from '../kernel/strict-json.ts'
import { visible } from '../kernel/visible-text.ts'
import { type ActionClass, actionsOfReview } from '../policy/actions.ts'
import { type Bundle, bundleDigestOf, makeBundle } from '../policy/bundle.ts'
import type { PolicyTestCase } from '../policy/table-test.ts'
import type { Cli } from './context.ts'
import { shortCode } from './digest-text.ts'
import { EXIT } from './exit-codes.ts'

export type OfflineBundle = {
  readonly bundle: Bundle
  readonly engine: CedarEngine
  /** The tools of the catalogue on disk. */
  readonly tools: readonly ShippedEntry[]
}

/** Reads a directory into a bundle, as the first of its line. Throws `policy_invalid`, `catalogue_invalid`. */
export async function offlineBundle(directory: string | undefined): Promise<OfflineBundle> {
  const config = readConfig()
  const floor = readPolicyTexts(config.floorDir)
  const engine = createCedarEngine(floor)
  const tools = await readCatalogue(config.catalogueDir)
  const actions = tools.flatMap(actionsOfEntry)
  const draft = { ...readBundleDirectory(directory ?? config.policyDir), floor, actions }
  return { engine, bundle: makeBundle(draft, { sequence: 1, engine: engine.versions() }), tools }
}

/** Without a server there is no definition, so every hint it might declare counts. */
function actionsOfEntry({ entry }: ShippedEntry): readonly ActionClass[] {
  return actionsOfReview({ entry })
}

/** What publishing takes: the documents of a directory as plain JSON. */
export function documentsIn(directory: string | undefined): JsonObject {
  const documents = readBundleDirectory(directory ?? readConfig().policyDir)
  return parseStrictText(canonicalText(documents)) as JsonObject
}

async function report(
  directory: string | undefined,
): Promise<CheckReport & { readonly bundle: Bundle; readonly cases: readonly PolicyTestCase[] }> {
  const { bundle } = await offlineBundle(directory)
  const cases = readPolicyTestFiles(directory ?? readConfig().policyDir)
  return { ...(await checkBundle({ floor: bundle.floor, bundle, cases })), bundle, cases }
}

/** Exit code 1 when the bundle could not be published or a table test fails. */
export async function checkPolicies(cli: Cli, directory: string | undefined): Promise<void> {
  const { findings, roles, tests, bundle } = await report(directory)
  const errors = findings.filter(({ severity }) => severity === 'error')
  const failed = tests?.failed ?? 0
  const isGood = errors.length === 0 && failed === 0
  if (!isGood) cli.finish(EXIT.failed)
  const digest = bundleDigestOf(bundle)
  const policies = Object.keys(bundle.policies).length
  cli.show(
    {
      publishable: errors.length === 0,
      digest,
      findings,
      roles,
      tests:
        tests === undefined
          ? null
          : { cases: tests.results.length, failed, untested: tests.untested },
    },
    () => {
      const lines = findings.map(
        (each) => `${each.severity} ${each.policy}: ${each.code}: ${visible(each.detail)}\n`,
      )
      const failing = (tests?.results ?? []).filter(({ problems }) => problems.length > 0)
      const broken = failing.map(
        ({ name, problems }) => `test failed: ${name}: ${problems.join('; ')}\n`,
      )
      const last = isGood
        ? `ok: ${policies} policies, ${tests?.results.length ?? 0} table tests, version code ${shortCode(digest)}\n`
        : `not good: ${errors.length} error(s), ${failed} failing test(s)\n`
      return [...lines, ...broken, last].join('')
    },
  )
  if (roles.length > 0)
    cli.tell(`Roles it can ask for: ${roles.join(', ')}. Each must be held by somebody.`)
}

/** Silent about what passed; exit code 1 when a case fails or the bundle does not load. */
export async function testPolicies(cli: Cli, directory: string | undefined): Promise<void> {
  const { findings, tests } = await report(directory)
  if (tests === undefined || tests.failed > 0) cli.finish(EXIT.failed)
  cli.show({ tests: tests ?? null, findings }, () => {
    if (tests === undefined) {
      const lines = findings.map(
        (each) => `${each.policy}: ${each.code}: ${visible(each.detail)}\n`,
      )
      return `${lines.join('')}The bundle does not load; nothing was tested.\n`
    }
    const lines = tests.results
      .filter(({ problems }) => problems.length > 0)
      .map(({ name, problems }) => `FAILED ${name}\n  ${problems.join('\n  ')}\n`)
    const untested = tests.untested.map((id) => `no test decides by ${id}\n`)
    const passed = tests.results.length - tests.failed
    return [...lines, ...untested, `${passed} passed, ${tests.failed} failed\n`].join('')
  })
}
