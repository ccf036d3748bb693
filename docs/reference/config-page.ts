/** docs/reference/config.md: the configuration file and the environment. */
import { z } from 'zod'
import { configFile, ENVIRONMENT } from '../../src/contract/config-file.ts'
import { code, GENERATED, table } from './markdown.ts'

/** What is read here of JSON Schema. */
type Schema = {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly format?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly additionalProperties?: Schema | boolean
}
type Row = { readonly key: string; readonly cells: readonly string[] }

export function configPage(): string {
  const schema = z.toJSONSchema(configFile, { io: 'input' }) as Schema
  const environment = Object.entries(ENVIRONMENT).map(([name, about]) => [code(name), about])
  const { upstreams, ...others } = schema.properties ?? {}
  return `# Configuration

${GENERATED}

One YAML file, named by \`COUNTERSIGN_CONFIG\`; \`countersign init\` writes a first one. An unknown key is refused
by its name. Secrets never stand in the file: it names the files that hold them. Paths count from the folder of
the file. The gateway reads it at its start; restart it after a change.

## Keys

${table(
  HEADS,
  rowsOf(others, '').map(({ cells }) => cells),
)}
## Tool servers

One item of \`upstreams\` each. \`transport\` says how the server is reached and which further keys it has.

${table(HEADS, serverRows(upstreams?.items?.oneOf ?? []))}
## Environment

The environment goes before the file.

${table(['variable', 'what it says'], environment)}`
}

const HEADS = ['key', 'value', 'default', 'what it is for']

function rowsOf(properties: Readonly<Record<string, Schema>>, prefix: string): readonly Row[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const key = `${prefix}${name}`
    const about = schema.description === undefined ? [] : [rowOf(key, schema)]
    const nested = [schema, ...(schema.anyOf ?? [])].flatMap((each) =>
      each.properties === undefined ? [] : rowsOf(each.properties, `${key}.`),
    )
    return [...about, ...nested]
  })
}

function rowOf(key: string, schema: Schema): Row {
  const fallback = schema.default === undefined ? '' : code(JSON.stringify(schema.default))
  return { key, cells: [code(key), valueText(schema), fallback, schema.description ?? ''] }
}

/** Keys of one transport only say so; keys of both stand once. */
function serverRows(variants: readonly Schema[]): readonly (readonly string[])[] {
  const named = variants.map((variant) => ({
    transport: String(variant.properties?.transport?.const),
    rows: rowsOf(variant.properties ?? {}, ''),
  }))
  const transports = named.map(({ transport }) => code(transport)).join(' or ')
  const rows = new Map<string, readonly string[]>()
  for (const { transport, rows: own } of named) {
    for (const { key, cells } of own) {
      const isShared = named.every((each) => each.rows.some((row) => row.key === key))
      const [first = '', value = '', ...rest] = cells
      rows.set(key, isShared ? cells : [first, `${value}, only ${code(transport)}`, ...rest])
    }
  }
  return [['`transport`', transports, '', 'How the server is reached.'], ...rows.values()]
}

function valueText(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((each) => code(String(each))).join(', ')
  if (schema.anyOf !== undefined) return 'one of the members below'
  if (schema.type === 'array') return `list of ${valueText(schema.items ?? {})}`
  if (schema.type === 'object') return 'name to text'
  if (schema.type === 'boolean') return '`true` or `false`'
  if (schema.type === 'number' || schema.type === 'integer') return numberText(schema)
  return schema.format === 'uri' ? 'address' : 'text'
}

function numberText({ type, minimum, exclusiveMinimum, maximum }: Schema): string {
  const kind = type === 'integer' ? 'whole number' : 'number'
  const least = exclusiveMinimum === undefined ? `from ${minimum}` : `above ${exclusiveMinimum}`
  const hasMost = maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER
  return `${kind} ${least}${hasMost ? ` up to ${maximum}` : ''}`
}
