/**
 * Whether what an entry names is there: its arguments in the definition it is reviewed with, the tools that undo or
 * check it among the known ones. A way back that does not exist is no way back (R63).
 */
import type { JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import { declaredArguments } from './classification.ts'
import type { Tool, ToolEntry } from './tool.ts'

/** Finds a tool by exposed name, or by the name it has at `upstream`. */
export type KnownTools = (name: string, upstream: string) => Tool | undefined

/** All names that lead nowhere, one sentence each. */
export function bindingProblems(
  tool: Tool,
  entry: ToolEntry,
  known: KnownTools,
): readonly string[] {
  return [...argumentProblems(tool, entry), ...calleeProblems(tool, entry, known)]
}

function argumentProblems(tool: Tool, entry: ToolEntry): readonly string[] {
  const declared = declaredArguments(tool.kind, tool.definition)
  const classifications = [entry.worst, ...entry.discriminators.map(({ is }) => is)]
  const read = [
    ...classifications.flatMap(({ target, inverse }) => [
      ...namesIn('target.from', target?.from ?? ''),
      ...Object.values(inverse?.arguments ?? {}).flatMap((text) => namesIn('inverse', text)),
    ]),
    ...entry.discriminators.flatMap(({ when }) => namesIn('discriminators', when)),
    ...Object.values(entry.probe?.arguments ?? {}).flatMap((text) => namesIn('probe', text)),
    ...Object.values(entry.preimage?.arguments ?? {}).flatMap((text) => namesIn('preimage', text)),
    ...Object.values(entry.evidence?.collection?.arguments ?? {}).flatMap((text) =>
      namesIn('evidence.collection', text),
    ),
    ...namesIn('ends', entry.ends?.minutes ?? ''),
    ...entry.confirmations.map(({ argument }) => ({ where: 'confirmations', name: argument })),
    ...(entry.idempotencyArgument === undefined
      ? []
      : [{ where: 'idempotencyArgument', name: entry.idempotencyArgument }]),
    ...Object.values(entry.metaTool ?? {}).map((name) => ({ where: 'metaTool', name })),
  ]
  return read
    .filter(({ name }) => !declared.has(name))
    .map(({ where, name }) => `${where}: the definition has no argument "${name}"`)
}

/** The arguments an expression reads, as far as they are written out. */
function namesIn(
  where: string,
  expression: string,
): readonly { readonly where: string; readonly name: string }[] {
  return argumentNames(expression).map((name) => ({ where, name }))
}

/** `args.host` and `args["host"]` both read `host`. */
export function argumentNames(expression: string): readonly string[] {
  const found = expression.matchAll(/\bargs\.([A-Za-z_]\w*)|\bargs\[["']([^"']+)["']\]/g)
  return [...found].map(([, dotted, quoted]) => dotted ?? quoted ?? '')
}

type Callee = { readonly what: string; readonly tool: string; readonly given: readonly string[] }

function calleeProblems(tool: Tool, entry: ToolEntry, known: KnownTools): readonly string[] {
  const inverses = [entry.worst, ...entry.discriminators.map(({ is }) => is)].flatMap(
    ({ inverse }) =>
      inverse === undefined
        ? []
        : [{ what: 'inverse', tool: inverse.tool, given: Object.keys(inverse.arguments) }],
  )
  const reads = [
    ['probe', entry.probe],
    ['preimage', entry.preimage],
    ['evidence.collection', entry.evidence?.collection],
  ] as const
  const probes = reads.flatMap(([what, read]) =>
    read === undefined ? [] : [{ what, tool: read.tool, given: Object.keys(read.arguments) }],
  )
  return [...inverses, ...probes].flatMap((callee) => problemsOf(callee, tool, known))
}

function problemsOf(
  { what, tool: name, given }: Callee,
  tool: Tool,
  known: KnownTools,
): readonly string[] {
  // A tool may be its own inverse ("set the status back").
  const found = name === tool.name || name === tool.exposedName ? tool : known(name, tool.upstream)
  if (found === undefined) return [`${what}: there is no tool "${name}"`]
  if (found.status === 'suspended') return [`${what}: "${name}" is suspended`]
  const declared = declaredArguments(found.kind, found.definition)
  const unknown = given.filter((argument) => !declared.has(argument))
  const lacking = requiredArguments(found.definition.inputSchema).filter(
    (argument) => !given.includes(argument),
  )
  return [
    ...unknown.map((argument) => `${what}: "${name}" has no argument "${argument}"`),
    ...lacking.map((argument) => `${what}: "${name}" needs the argument "${argument}"`),
  ]
}

function requiredArguments(schema: JsonValue | undefined): readonly string[] {
  const required = isObject(schema) ? schema.required : undefined
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
}
