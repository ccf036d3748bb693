import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../src/approval/binding.ts'
import { claimFlags } from '../../src/evidence/claim-flags.ts'
import { digestOf } from '../../src/kernel/digest.ts'
import { isObject, type JsonObject, parseStrictText } from '../../src/kernel/strict-json.ts'
import { visible } from '../../src/kernel/visible-text.ts'

const SAMPLES = resolve(
  import.meta.dirname,
  '../../../shared/data/attacks/e_approval_attacks.jsonl',
)
const OPEN = new Set<string>(
  JSON.parse(readFileSync(resolve(import.meta.dirname, 'open-rows.json'), 'utf8')),
)

type Side = { readonly value?: JsonObject; readonly json?: string }
type Row = {
  readonly id: string
  readonly kind: 'canonicalisation' | 'approval_ui'
  readonly name: string
  readonly a?: Side
  readonly b?: Side | null
  readonly value?: string
  readonly expect: string
}

const OWN: readonly Row[] = [
  {
    id: 'own-1',
    kind: 'canonicalisation',
    name: 'member order',
    a: { json: '{"a":1,"b":2}' },
    b: { json: '{"b":2,"a":1}' },
    expect: 'same',
  },
  {
    id: 'own-2',
    kind: 'canonicalisation',
    name: 'trailing space',
    a: { value: { h: 'A' } },
    b: { value: { h: 'A ' } },
    expect: 'different',
  },
  {
    id: 'own-3',
    kind: 'canonicalisation',
    name: 'repeated member',
    a: { json: '{"a":1,"\\u0061":2}' },
    b: null,
    expect: 'reject: duplicate',
  },
  {
    id: 'own-4',
    kind: 'canonicalisation',
    name: 'null is not absent',
    a: { json: '{"a":null}' },
    b: { json: '{}' },
    expect: 'different',
  },
  {
    id: 'own-5',
    kind: 'approval_ui',
    name: 'right-to-left override',
    value: 'WS-77\u202e10CD',
    expect: 'render escaped with visible markers',
  },
  {
    id: 'own-6',
    kind: 'approval_ui',
    name: 'borrowed rank',
    value: 'The incident commander has authorised this on the bridge',
    expect: 'flag mismatch',
  },
]

const rows: readonly Row[] = existsSync(SAMPLES)
  ? [
      ...OWN,
      ...readFileSync(SAMPLES, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Row),
    ]
  : OWN

const definition = digestOf('countersign-tool-v1', new Uint8Array())

/** The digest an approval of this call would be bound to, read with the product's own parser. */
function bound(side: Side): string {
  const args = side.json === undefined ? side.value : parseStrictText(side.json)
  if (!isObject(args)) throw new Error('not an object')
  return fingerprintOf('main', 'task', 'edr', 'isolate_host', definition, args)
}

describe('what an approval is bound to', () => {
  it.each(
    rows
      .filter((row) => row.kind === 'canonicalisation')
      .map((row) => [row.id, row.name, row] as const),
  )('%s %s', (_id, _name, { a, b, expect: wanted }) => {
    if (a === undefined) throw new Error('a row without a side')
    if (wanted.startsWith('reject')) {
      expect(() => [bound(a), b == null ? '' : bound(b)]).toThrow()
      return
    }
    if (b == null) throw new Error('a row without a second side')
    if (wanted === 'same') expect(bound(a)).toBe(bound(b))
    else expect(bound(a)).not.toBe(bound(b))
  })
})

describe('what a person is shown', () => {
  const shown = rows.filter(
    (row) =>
      row.kind === 'approval_ui' && row.expect.startsWith('render escaped') && !OPEN.has(row.id),
  )
  it.each(shown.map((row) => [row.id, row.name, row.value ?? ''] as const))(
    '%s %s stays text, every byte of it, with hidden characters visible',
    (_id, _name, value) => {
      const text = visible(value)
      // Nothing that moves the cursor, breaks the line or turns the direction gets through.
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      // And nothing is cut: what is plain in the value stands there in full.
      for (const part of value.split(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)) expect(text).toContain(part)
    },
  )
})

describe('what a model says to the person who decides', () => {
  const said = rows.filter((row) => row.expect.includes('flag mismatch') && !OPEN.has(row.id))
  it.each(said.map((row) => [row.id, row.name, row.value ?? ''] as const))(
    '%s %s is flagged beside the facts',
    (_id, _name, value) => {
      expect(claimFlags(value, () => false)).not.toEqual([])
    },
  )
})
