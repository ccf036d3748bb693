import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { definitionChanges, definitionDiff } from '../../src/catalogue/definition-diff.ts'
import { definitionDigest } from '../../src/catalogue/definition-digest.ts'
import type { ToolDefinition } from '../../src/catalogue/tool.ts'
import { visible } from '../../src/kernel/visible-text.ts'
import { definition } from './tools.ts'

describe('the diff a reviewer sees', () => {
  it('names every member that was added, removed or changed, one line each [R46]', () => {
    const before = definition({
      inputSchema: {
        type: 'object',
        properties: { force: { type: 'boolean', default: false } },
        required: ['force'],
      },
    })
    const after = definition({
      description: 'Returns it.',
      inputSchema: {
        type: 'object',
        properties: { force: { type: 'boolean', default: true }, dump: { type: 'string' } },
        required: [],
      },
    })
    expect(definitionDiff(before, after)).toEqual([
      '~ description',
      '    - "Returns inventory data for one host."',
      '    + "Returns it."',
      '+ inputSchema.properties.dump',
      '    + {"type":"string"}',
      '~ inputSchema.properties.force.default',
      '    - false',
      '    + true',
      '- inputSchema.required.0',
      '    - "force"',
    ])
  })

  it('shows what a screen would hide: invisible, turning and control characters', () => {
    const after = definition({ description: 'Blocks\u202e\u200b an\u{e0061} IP.\u001b[2K\u00a0' })
    const line = definitionDiff(definition(), after).join('\n')
    expect(line).toContain('Blocks\\u{202e}\\u{200b} an\\u{e0061} IP.')
    expect(line).not.toMatch(/[\u001b\u200b\u202e\u00a0]/)
  })

  it('shows a hidden character in the name of a member', () => {
    const after = definition({ inputSchema: { type: 'object', properties: { 'ho\u200bst': {} } } })
    expect(definitionDiff(definition(), after).join('\n')).toContain('"ho\\u{200b}st"')
  })

  it('is printable whatever a server sends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      }),
    )
  })

  it('is empty exactly when the digest is the same', () => {
    const members = fc.record(
      { description: fc.string(), inputSchema: fc.jsonValue(), annotations: fc.jsonValue() },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(members, members, (one, other) => {
        const [before, after] = [one, other].map(
          (each) => ({ ...each, name: 'x' }) as ToolDefinition,
        )
        if (before === undefined || after === undefined) return
        const isSame = definitionDigest('tool', before) === definitionDigest('tool', after)
        expect(definitionChanges(before, after).length === 0).toBe(isSame)
      }),
    )
  })

  it('cuts a long value in a line and keeps it whole as data', () => {
    const after = definition({ description: 'x'.repeat(5000) })
    expect(definitionDiff(definition(), after).join('\n')).toContain('... (5002 characters)')
    expect(definitionChanges(definition(), after)[0]?.after).toHaveLength(5000)
  })
})
