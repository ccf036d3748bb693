import { describe, expect, it } from 'vitest'
import { complaintOf, complaintText } from '../../src/cli/failure-text.ts'
import { findOne } from '../../src/cli/lookup.ts'
import { listText, tableText } from '../../src/cli/table.ts'
import { paintFor } from '../../src/cli/terminal.ts'
import { instantFrom, spanText, whenText } from '../../src/cli/time-text.ts'
import { FAILURES, Failure, type FailureCode } from '../../src/kernel/failure.ts'

describe('an error', () => {
  it.each(Object.keys(FAILURES) as FailureCode[])(
    '%s is its code, one sentence and one next step',
    (code) => {
      const text = complaintText(complaintOf(new Failure(code, 'this very thing')))
      const [first = '', second = '', ...rest] = text.split('\n')
      expect(first.startsWith(`error ${code}: `)).toBe(true)
      expect(first).toMatch(/: this very thing\.$/)
      expect(second).toMatch(/^ {2}next: \S.*$/)
      expect(rest).toEqual([''])
    },
  )

  it('of a kind nobody expected says what it is, and cannot write on the screen', () => {
    const text = complaintText(complaintOf(new TypeError('x\u001b[2J is not\n a function')))
    expect(text).toContain('error internal: ')
    expect(text).toContain('x\\u{1b}[2J is not')
    expect(text).not.toContain('\u001b')
  })
})

describe('a table', () => {
  it('aligns its columns and writes out what would move the cursor', () => {
    expect(
      tableText(
        ['A', 'B'],
        [
          ['long cell', 'x'],
          ['\u001b[1m', '\u202e'],
        ],
      ),
    ).toBe('A          B\nlong cell  x\n\\u{1b}[1m  \\u{202e}\n')
    expect(
      listText([
        ['one', 'a\nb'],
        ['two', undefined],
        ['three', 'c\u0007'],
      ]),
    ).toBe('one    a\n       b\nthree  c\\u{7}\n')
  })
})

describe('a time', () => {
  it('is shown in UTC or with the offset of the reader', () => {
    const atMs = Date.UTC(2026, 2, 4, 13, 5, 9, 120)
    expect(whenText(atMs, true)).toBe('2026-03-04T13:05:09Z')
    const local = whenText(atMs, false)
    expect(Date.parse(local.replace(' ', 'T').replace(' ', ''))).toBe(atMs - 120)
  })

  it('is a span in its two largest units', () => {
    const spans = [0, 59_999, 60_000, 250_000, 3_600_000, 7_500_000, 90_000_000, -5]
    expect(spans.map(spanText)).toEqual([
      '0 s',
      '59 s',
      '1 min',
      '4 min 10 s',
      '1 h',
      '2 h 5 min',
      '1 d 1 h',
      '0 s',
    ])
  })

  it('is read as people and programs write it, and nothing else is', () => {
    expect(instantFrom('2026-03-04T13:05:09Z')).toBe(Date.UTC(2026, 2, 4, 13, 5, 9))
    expect(instantFrom('2026-03-04 13:05')).toBe(new Date(2026, 2, 4, 13, 5).getTime())
    for (const text of ['tomorrow', '4.3.2026', '2026-03-04', '2026-99-04 13:05']) {
      expect(instantFrom(text)).toBeUndefined()
    }
  })
})

describe('a name', () => {
  const items = [
    { id: '01a1fc3a-555c-7b9b-9bd2-6c542a337cdb', name: 'triage' },
    { id: '01a1fc3a-666c-7b9b-9bd2-6c542a337cdb', name: 'hunter' },
  ]
  const names = ({ name }: { name: string }) => [name]

  it('is a name, a whole id, or an ending only one thing has', () => {
    expect(findOne('agent', items, 'hunter', names)).toBe(items[1])
    expect(findOne('agent', items, items[0]?.id ?? '', names)).toBe(items[0])
    expect(findOne('agent', items, '555c-7b9b-9bd2-6c542a337cdb', names)).toBe(items[0])
  })

  it('is never guessed', () => {
    const code = (text: string) => {
      try {
        return findOne('agent', items, text, names)
      } catch (error) {
        return error instanceof Failure ? error.code : error
      }
    }
    expect(code('337cdb')).toBe('usage_invalid')
    expect(code('7cdb')).toBe('not_found')
    expect(code('eve')).toBe('not_found')
  })
})

describe('colour', () => {
  it('shows only where the stream has it and nobody said no', () => {
    const write = () => {}
    expect(paintFor({ write, hasColours: true }, true)('red', 'x')).toBe('\u001b[31mx\u001b[39m')
    expect(paintFor({ write, hasColours: true }, false)('red', 'x')).toBe('x')
    expect(paintFor({ write, hasColours: false }, true)('red', 'x')).toBe('x')
  })
})
