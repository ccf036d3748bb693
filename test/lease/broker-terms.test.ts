import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filledIn, termsFor } from '../../src/adapters/broker-terms.ts'
import { READ_SCOPE } from './lease-request.ts'

describe('what a broker lends for which tool', () => {
  const terms = [
    { tools: ['edr__isolate'], roles: 'one' },
    { tools: ['edr__*'], roles: 'all of edr' },
  ]
  const lent = (tool: string) => termsFor(terms, { ...READ_SCOPE, tool }).roles

  it('is what the first terms say that name the tool', () => {
    expect(lent('edr__isolate')).toBe('one')
    expect(lent('edr__isolate_all')).toBe('all of edr')
  })

  it.each(['edr', 'edr2__isolate', 'xedr__isolate', ''])('is nothing for the tool %j', (tool) => {
    expect(() => lent(tool)).toThrow(
      expect.objectContaining({
        code: 'broker_refused',
        message: `nothing is lent for the tool ${tool}`,
      }),
    )
  })
})

describe('a target in the terms', () => {
  const filled = (...ids: readonly string[]) =>
    filledIn('collect {device} now', {
      ...READ_SCOPE,
      targets: ids.map((id) => ({ kind: 'device', id })),
    })

  it('stands where its kind is named', () => {
    expect(filled('web-1.example.test')).toBe('collect web-1.example.test now')
  })

  it.each([
    ['none', []],
    ['two', ['web-1', 'web-2']],
  ])('is refused when the call has %s of the kind', (_what, ids) => {
    expect(() => filled(...ids)).toThrow(
      expect.objectContaining({
        code: 'broker_refused',
        message: 'the terms take exactly one target of kind device',
      }),
    )
  })

  it('is never more than one plain word, whatever it is called', () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'a; id',
        '$(id)',
        '`id`',
        '*',
        '-rf',
        'a b',
        '../b',
        "a'b",
        `\${aws:x}`,
        'a\nb',
        '',
      ),
    )
    fc.assert(
      fc.property(hostile, (id) => {
        let text: string
        try {
          text = filled(id)
        } catch (error) {
          expect(error).toMatchObject({ code: 'broker_refused' })
          expect(String(error)).not.toContain(`"${id}"`)
          return
        }
        expect(text).toBe(`collect ${id} now`)
        expect(id).toMatch(/^[\w][\w.:@-]*$/)
        expect(id).not.toContain('..')
      }),
    )
  })
})
