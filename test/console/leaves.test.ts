import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differences } from '../../console/src/approvals/differences.ts'
import { askedAgain, firstProposal } from '../../console/src/approvals/earlier.ts'
import { leafName, leavesOf, withLeaf } from '../../console/src/approvals/leaves.ts'

const json = fc.jsonValue().filter((value) => typeof value === 'object' && value !== null)

describe('the values of a call', () => {
  it('each change one place and no other', () => {
    fc.assert(
      fc.property(json, fc.nat(), (value, pick) => {
        const leaves = leavesOf(value)
        const leaf = leaves[pick % Math.max(1, leaves.length)]
        if (leaf === undefined) return
        const next = leavesOf(withLeaf(value, leaf.path, 'changed'))
        const places = leaves.filter(({ path }) => path === leaf.path)
        expect(next.filter(({ value: each }) => each === 'changed').length).toBeGreaterThanOrEqual(
          places.length,
        )
        expect(next.map(({ path }) => path)).toEqual(leaves.map(({ path }) => path))
        expect(next.filter(({ path }) => path !== leaf.path)).toEqual(
          leaves.filter(({ path }) => path !== leaf.path),
        )
      }),
    )
  })

  it('keep names with a slash or a tilde apart', () => {
    const value = { 'a/b': 1, a: { b: 2 }, '~1': 3 }
    expect(leavesOf(value).map(({ path }) => path)).toEqual(['/a~1b', '/a/b', '/~01'])
    expect(withLeaf(value, '/a~1b', 9)).toEqual({ ...value, 'a/b': 9 })
    expect(leafName('/~01')).toBe('~1')
  })

  it('stay as they are where a pointer leads nowhere', () => {
    expect(withLeaf({ a: 1 }, '/b', 2)).toEqual({ a: 1 })
    expect(withLeaf({ a: 1 }, '/toString', 2)).toEqual({ a: 1 })
  })
})

describe('what differs between two requests', () => {
  const side = (args: object, policy = 'base-contain') => ({
    request: {
      needs: [{ role: 'shift-lead' as const, strength: 'approve' as const, policies: [policy] }],
    },
    shown: { arguments: args, reasons: [{ policy, role: 'shift-lead', reason: 'it contains' }] },
  })

  it('is nothing between the same', () => {
    expect(differences(side({ a: { b: [1] } }), side({ a: { b: [1] } }))).toEqual([])
  })

  it('names what changed, went and came, and the rule that asks', () => {
    const before = side({ target: '192.0.2.1', minutes: 60 })
    const after = side({ target: '192.0.2.1', minutes: 600, forced: true }, 'base-dual')
    expect(differences(before, after)).toEqual([
      { name: 'minutes', before: '60', after: '600' },
      { name: 'Stopped by', before: 'base-contain', after: 'base-dual' },
      { name: 'forced', before: undefined, after: 'true' },
    ])
  })
})

describe('the requests of a case', () => {
  const asked = (id: string, at: number, more: object = {}) => ({
    id,
    task: 't1',
    tool: 'net__block',
    targets: ['ipv4_net/192.0.2.1'],
    created_at_ms: at,
    ...more,
  })

  it('lead back to what was asked first, along what people changed', () => {
    const other = { targets: ['ipv4_net/192.0.2.9'] }
    const all = [
      asked('first', 1),
      asked('again', 2),
      asked('changed', 3, { ...other, modified_from: 'again' }),
    ]
    expect(firstProposal('changed', all)).toBe('first')
    expect(firstProposal('again', all)).toBe('first')
    expect(firstProposal('first', all)).toBeUndefined()
    expect(firstProposal('unknown', all)).toBeUndefined()
  })

  it('of another session, tool or thing are no proposals of this act', () => {
    const all = [
      asked('other task', 1, { task: 't2' }),
      asked('other tool', 2, { tool: 'net__unblock' }),
      asked('other thing', 3, { targets: ['ipv4_net/192.0.2.9'] }),
      asked('this', 4),
    ]
    expect(firstProposal('this', all)).toBeUndefined()
  })

  it('lead forward to what stands in the place of a closed one', () => {
    const all = [asked('a', 1), asked('b', 2), asked('c', 3, { modified_from: 'a', targets: [] })]
    expect(askedAgain('a', all)).toBe('c')
    expect(askedAgain('b', all)).toBeUndefined()
    expect(askedAgain('a', all.slice(0, 2))).toBe('b')
  })

  it('that name each other in a circle are still an answer', () => {
    const all = [asked('a', 1, { modified_from: 'b' }), asked('b', 2, { modified_from: 'a' })]
    expect(firstProposal('b', all)).toBe('a')
  })
})
