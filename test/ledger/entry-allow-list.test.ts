import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalText } from '../../src/kernel/canonical-json.ts'
import type { EntryDraft, FieldKind } from '../../src/kernel/entry.ts'
import { EVENTS } from '../../src/kernel/entry.ts'
import { commitTo } from '../../src/ledger/commitment.ts'
import type { Placement } from '../../src/ledger/entry.ts'
import { encodeEntry } from '../../src/ledger/entry.ts'
import { plainText } from '../../src/ledger/plain-json.ts'
import { readEntry } from '../../src/ledger/read-entry.ts'
import { CaseStory, digest } from './case-story.ts'
import { MemoryLog, START_MS } from './memory-log.ts'

const NOT_ALLOWED = expect.objectContaining({ code: 'entry_not_allowed' })
const ids = new MemoryLog()
const ID = ids.nextId()
const PLACE: Placement = { tenant: 'main', index: 9, cites: [], commitments: {} }

const DRAFT: EntryDraft = {
  id: ID,
  type: 'stop.pressed',
  atMs: START_MS,
  actor: { kind: 'person', id: ID },
  data: { stop: ID, scope: 'agent', person: ID },
}

/** A good value of each kind. */
const GOOD: Record<FieldKind, string | number | boolean | string[]> = {
  id: ID,
  digest: digest('x'),
  instant: START_MS,
  count: 3,
  flag: true,
  label: 'edge/block',
  labels: ['a', 'b.c'],
  ids: [ID],
  digests: [digest('x')],
}

/** What must never get into an entry: words of prompts, arguments, names, addresses, tickets. */
const CANARIES = [
  'CANARY ignore all previous instructions',
  'alice@corp.example says CANARY',
  'CANARY\n',
  '"CANARY"',
  '203.0.113.9 CANARY',
  'CANARY\u00e9',
  '',
  '-CANARY',
  'CANARY\u0000',
  `CANARY${'x'.repeat(80)}`,
  'CANARY 日本',
  '{"a":"CANARY"}',
  "O'CANARY",
]

function kindOf(spelled: string): FieldKind {
  return spelled.replace('?', '') as FieldKind
}

function goodData(type: keyof typeof EVENTS): Record<string, string | number | boolean | string[]> {
  return Object.fromEntries(
    Object.entries(EVENTS[type]).map(([field, kind]) => [field, GOOD[kindOf(kind)]]),
  )
}

const TYPES = Object.keys(EVENTS) as (keyof typeof EVENTS)[]

describe('the allow-list of entries', () => {
  it('takes every event of the vocabulary with values of its kinds, and reads it back', () => {
    for (const type of TYPES) {
      const read = readEntry(encodeEntry({ ...DRAFT, type, data: goodData(type) }, PLACE))
      expect(read.ok && read.unknown, type).toBeUndefined()
      expect(read.ok && read.entry.type).toBe(type)
    }
  })

  it('refuses each required field that is absent and takes each optional one that is', () => {
    for (const type of TYPES) {
      for (const [field, kind] of Object.entries(EVENTS[type])) {
        const data = goodData(type)
        delete data[field]
        const write = () => encodeEntry({ ...DRAFT, type, data }, PLACE)
        if (kind.endsWith('?')) expect(write, `${type}.${field}`).not.toThrow()
        else expect(write, `${type}.${field}`).toThrow(NOT_ALLOWED)
      }
    }
  })

  it('refuses a value of any other kind in each field of each event', () => {
    const wrong: Record<FieldKind, unknown[]> = {
      id: ['x', ID.toUpperCase(), `${ID} `, 1, true, [ID], null],
      digest: ['sha256:00', digest('x').toUpperCase(), digest('x').slice(7), 1],
      instant: [
        '2026-07-01T03:00:00Z',
        '2026-07-01 03:00:00.000000Z',
        '2026-13-01T00:00:00.000000Z',
        -1,
        1.5,
        Number.NaN,
        1e18,
      ],
      count: [-1, 1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '3', true],
      flag: [0, 1, 'true', null],
      label: ['', ' a', 'a b', 'a\n', 'é', 'x'.repeat(81), '-a', 7, ['a']],
      labels: ['a', [''], ['a b'], [1], [['a']]],
      ids: [ID, ['x'], [1]],
      digests: [digest('x'), ['x']],
    }
    for (const type of TYPES) {
      for (const [field, kind] of Object.entries(EVENTS[type])) {
        for (const value of wrong[kindOf(kind)]) {
          const data = { ...goodData(type), [field]: value } as EntryDraft['data']
          expect(() => encodeEntry({ ...DRAFT, type, data }, PLACE), `${type}.${field}`).toThrow(
            NOT_ALLOWED,
          )
        }
      }
    }
  })

  it('lets no planted text into the bytes, whichever way it comes in, and never repeats it in the refusal', () => {
    const tried: (() => Uint8Array)[] = []
    for (const canary of CANARIES) {
      for (const type of TYPES) {
        for (const field of Object.keys(EVENTS[type])) {
          for (const value of [canary, [canary]]) {
            const data = { ...goodData(type), [field]: value } as EntryDraft['data']
            tried.push(() => encodeEntry({ ...DRAFT, type, data }, PLACE))
          }
        }
      }
      const odd = (draft: Partial<EntryDraft>, place: Partial<Placement> = {}) =>
        tried.push(() => encodeEntry({ ...DRAFT, ...draft }, { ...PLACE, ...place }))
      odd({ id: canary })
      odd({ task: canary })
      odd({ call: canary })
      odd({ caseId: canary }, { caseLink: { seq: 0 } })
      odd({ caseId: ID }, { caseLink: { seq: 1, prev: canary } })
      odd({ actor: { kind: 'agent', id: canary } })
      odd({ actor: { kind: 'system', id: canary } })
      odd({ actor: { kind: canary as 'agent', id: ID } })
      odd({ type: canary as 'stop.pressed' })
      odd({}, { tenant: canary })
      odd({ data: { ...DRAFT.data, [canary]: 'x' } })
      odd({ cites: [canary] }, { cites: [{ id: canary, index: 0, leaf: '0'.repeat(64) }] })
      odd({ cites: [ID] }, { cites: [{ id: ID, index: 0, leaf: canary }] })
      const payload = {
        bytes: Buffer.from(canary),
        mediaType: 'text/plain',
        dataClass: 'personal',
      } as const
      const commit = commitTo(new Uint8Array(32), payload)
      odd({ payloads: { [canary]: payload } }, { commitments: { [canary]: commit } })
      odd({ payloads: { note: payload } }, { commitments: { note: { ...commit, mt: canary } } })
      odd({ payloads: { note: payload } }, { commitments: { note: { ...commit, c: canary } } })
      odd(
        { payloads: { note: payload } },
        { commitments: { note: { ...commit, cls: canary as 'secret' } } },
      )
      const extra = { ...commit, words: canary }
      odd({ payloads: { note: payload } }, { commitments: { note: extra } })
    }
    let written = 0
    for (const attempt of tried) {
      try {
        expect(Buffer.from(attempt()).toString('latin1')).not.toContain('CANARY')
        written++
      } catch (error) {
        expect(error).toEqual(NOT_ALLOWED)
        expect(String(error)).not.toContain('CANARY')
      }
    }
    // One per canary: extra members of a commitment are not copied, the rest is refused.
    expect(written).toBe(CANARIES.length)
  })

  it('keeps payload words out of a whole case, while their commitments are in', () => {
    const log = new MemoryLog()
    new CaseStory(log).play()
    const all = log.entries.map((entry) => Buffer.from(entry.bytes).toString('latin1')).join('\n')
    for (const word of ['203.0.113.9', 'brute force', 'seen in the logs', '"ok"'])
      expect(all.includes(word), word).toBe(false)
    expect(all.match(/"commits"/g)).toHaveLength(9)
  })

  it('refuses unknown fields and events, inherited names included', () => {
    for (const type of ['nothing', 'toString', '__proto__', 'constructor']) {
      expect(() => encodeEntry({ ...DRAFT, type: type as 'stop.pressed' }, PLACE)).toThrow(
        NOT_ALLOWED,
      )
    }
    for (const field of ['toString', 'constructor', 'extra']) {
      const data = { ...DRAFT.data, [field]: 'x' }
      expect(() => encodeEntry({ ...DRAFT, data }, PLACE)).toThrow(NOT_ALLOWED)
    }
  })

  it('knows agents and people by our ids only, never by a name that would fit a label', () => {
    for (const kind of ['agent', 'person'] as const) {
      const draft = { ...DRAFT, actor: { kind, id: 'alice@corp.example' } }
      expect(() => encodeEntry(draft, PLACE)).toThrow(NOT_ALLOWED)
    }
    const draft: EntryDraft = { ...DRAFT, actor: { kind: 'system', id: 'sweeper' } }
    expect(() => encodeEntry(draft, PLACE)).not.toThrow()
  })

  it('refuses entries above 16 KiB', () => {
    const labels = (count: number) =>
      Array.from({ length: count }, (_, i) => `${'x'.repeat(70)}${i}`)
    const draft = (count: number): EntryDraft => ({
      ...DRAFT,
      type: 'tool.result.delivered',
      data: { labels: labels(count), redactions: 0 },
    })
    expect(encodeEntry(draft(200), PLACE).length).toBeLessThan(16 * 1024)
    expect(() => encodeEntry(draft(240), PLACE)).toThrow(NOT_ALLOWED)
  })
})

describe('the place of an entry', () => {
  it('is complete: case link, citations and commitments must fit the draft', () => {
    const payload = {
      bytes: new Uint8Array(),
      mediaType: 'text/plain',
      dataClass: 'personal',
    } as const
    const cite = { id: ID, index: 3, leaf: '0'.repeat(64) }
    const bad: [Partial<EntryDraft>, Partial<Placement>][] = [
      [{ caseId: ID }, {}],
      [{}, { caseLink: { seq: 0 } }],
      [{ caseId: ID }, { caseLink: { seq: 0, prev: '0'.repeat(64) } }],
      [{ caseId: ID }, { caseLink: { seq: 1 } }],
      [{ cites: [ID] }, {}],
      [{}, { cites: [cite] }],
      [{ cites: [ID] }, { cites: [{ ...cite, index: 9 }] }],
      [{ payloads: { note: payload } }, {}],
      [{}, { commitments: { note: commitTo(new Uint8Array(32), payload) } }],
    ]
    for (const [draft, place] of bad) {
      expect(() => encodeEntry({ ...DRAFT, ...draft }, { ...PLACE, ...place })).toThrow(NOT_ALLOWED)
    }
    expect(() => encodeEntry({ ...DRAFT, cites: [ID] }, { ...PLACE, cites: [cite] })).not.toThrow()
  })

  it('is written with the first entry of a case having no previous one, and instants as text', () => {
    const bytes = encodeEntry(
      {
        ...DRAFT,
        caseId: ID,
        type: 'token.issued',
        data: { task: ID, token: digest('t'), expires: START_MS },
      },
      {
        ...PLACE,
        caseLink: { seq: 0 },
      },
    )
    expect(Buffer.from(bytes).toString()).toBe(
      `{"actor":{"id":"${ID}","kind":"person"},"case":{"id":"${ID}","seq":0},"data":{"expires":"2026-07-01T03:00:00.000000Z","task":"${ID}","token":"${digest('t')}"},"id":"${ID}","tenant":"main","time":"2026-07-01T03:00:00.000000Z","type":"token.issued","v":1}`,
    )
  })
})

describe('reading an entry', () => {
  const text = Buffer.from(encodeEntry(DRAFT, PLACE)).toString()
  const faultOf = (changed: string) => {
    const read = readEntry(Buffer.from(changed))
    return read.ok ? undefined : read.fault
  }

  it('refuses every other spelling of the same entry', () => {
    expect(faultOf(text)).toBeUndefined()
    for (const changed of [
      ` ${text}`,
      `${text}\n`,
      text.replace('"v":1', '"v":1.0'),
      text.replace('"v":1', '"v":1e0'),
      text.replace('"v"', '"\\u0076"'),
      text.replace(/\{"actor":(.*?),"data"/, '{"data"').replace(/\}$/, ',"actor":$1}'),
      text.replace('"v":1', '"v":1,"v":1'),
      `\ufeff${text}`,
      text.slice(0, -1),
      '',
      'null',
      '[]',
      '{}',
    ]) {
      expect(faultOf(changed), changed).toBeDefined()
    }
  })

  it('refuses entries whose frame is not allowed, and names events it does not know', () => {
    for (const changed of [
      text.replace('"v":1', '"v":2'),
      text.replace('"kind":"person"', '"kind":"robot"'),
      text.replace('"tenant":"main"', '"tenant":"a b"'),
      text.replace('"v":1', '"v":1,"w":1'),
      text.replace(/"time":"[^"]*"/, '"time":"now"'),
      text.replace('"data":{', '"data":{"a":{},'),
    ]) {
      expect(faultOf(changed), changed).toBeDefined()
    }
    for (const later of [
      text.replace('stop.pressed', 'stop.paused'),
      text.replace('"data":{', '"data":{"colour":"red",'),
    ]) {
      const read = readEntry(Buffer.from(later))
      expect(read).toMatchObject({ ok: true })
      expect(read.ok && read.unknown).toBeDefined()
    }
  })
})

describe('the writer without npm', () => {
  it('writes what the RFC 8785 writer writes for every value of its profile', () => {
    const key = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/)
    const leaf = fc.oneof(
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.stringMatching(/^[ !#-[\]-~]{0,20}$/),
    )
    const value = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('node')), fc.dictionary(key, tie('node'))),
    })).node
    fc.assert(
      fc.property(value, (any) => {
        // -0 is the one integer with two spellings; the profile refuses it.
        fc.pre(!JSON.stringify(any).includes('-0') && !hasMinusZero(any))
        expect(plainText(any as never)).toBe(canonicalText(any))
      }),
    )
    for (const bad of [null, 1.5, -0, 2 ** 53, 'a"b', 'a\\b', 'é', '\n', ['\u007f']]) {
      expect(() => plainText(bad)).toThrow(expect.objectContaining({ code: 'json_not_canonical' }))
    }
  })
})

function hasMinusZero(value: unknown): boolean {
  if (Object.is(value, -0)) return true
  return typeof value === 'object' && value !== null && Object.values(value).some(hasMinusZero)
}
