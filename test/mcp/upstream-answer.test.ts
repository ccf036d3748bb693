import { describe, expect, it } from 'vitest'
import { answerOf, askable } from '../../src/adapters/upstream-frame.ts'
import { declaredHeaders, paramHeaders } from '../../src/adapters/upstream-param-headers.ts'
import { UPSTREAM_LIMITS, type UpstreamSpec } from '../../src/adapters/upstream-spec.ts'
import type { Frame } from '../../src/enforcement/upstream.ts'

const spec: UpstreamSpec = {
  id: 'x',
  transport: 'streamable-http',
  url: 'http://x/',
  asks: ['sampling'],
}
const frame: Frame = { upstream: 'x', method: 'tools/call', name: 't', params: { name: 't' } }
const answer = (raw: unknown) => answerOf(spec, frame, raw, UPSTREAM_LIMITS)
const asking = (method: string) => ({
  resultType: 'input_required',
  inputRequests: { a: { method, params: {} } },
})

describe('an answer of a tool server', () => {
  it('may ask only what the entry of the server names', () => {
    expect(answer(asking('sampling/createMessage')).kind).toBe('input-required')
    for (const method of ['elicitation/create', 'roots/list', 'tools/call', 'constructor']) {
      expect(() => answer(asking(method))).toThrow(
        expect.objectContaining({ code: 'upstream_protocol' }),
      )
    }
  })

  it('keeps every member it came with, but not who it says it is from', () => {
    const meta = {
      'io.modelcontextprotocol/serverInfo': { name: 'imposter', version: '1' },
      trace: 'kept',
    }
    const raw = {
      content: [{ type: 'text', text: 'x', extra: { a: 1 } }],
      later: true,
      _meta: meta,
    }
    expect(answer(raw).result).toEqual({ ...raw, _meta: { trace: 'kept' } })
  })

  it('is a failure of the tool only where the tool says so', () => {
    expect(answer({ content: [], isError: true }).isToolError).toBe(true)
    expect(answer({ content: [] }).isToolError).toBe(false)
  })
})

describe('what a server may use of the agent', () => {
  it('is what the agent declared and the entry names, and nothing else', () => {
    const declared = { sampling: { tools: {} }, elicitation: {}, roots: {}, extensions: { x: {} } }
    expect(askable(spec, declared)).toEqual({ sampling: { tools: {} } })
    expect(askable(spec, undefined)).toEqual({})
  })
})

describe('headers that repeat arguments', () => {
  const schema = {
    type: 'object',
    properties: {
      region: { type: 'string', 'x-mcp-header': 'Region' },
      deep: { type: 'object', properties: { count: { type: 'integer', 'x-mcp-header': 'Count' } } },
      list: { type: 'array', 'x-mcp-header': 'List' },
    },
  }

  it('are made for primitive arguments at any depth, encoded where a header could not carry them', () => {
    const declared = declaredHeaders(schema)
    const make = (args: Parameters<typeof paramHeaders>[1]) => paramHeaders(declared, args)
    expect(make({ region: 'eu', deep: { count: 3 }, list: [1] })).toEqual({
      'Mcp-Param-Region': 'eu',
      'Mcp-Param-Count': '3',
    })
    expect(make({ region: 'a\r\nx-evil: 1' })['Mcp-Param-Region']).toBe(
      '=?base64?YQ0KeC1ldmlsOiAx?=',
    )
    expect(make({ region: '=?base64?eA==?=' })['Mcp-Param-Region']).toBe(
      '=?base64?PT9iYXNlNjQ/ZUE9PT89?=',
    )
    expect(make({})).toEqual({})
  })

  it('are not made at all when two arguments claim one header', () => {
    const twice = {
      properties: { a: schema.properties.region, b: { ...schema.properties.region } },
    }
    expect(declaredHeaders(twice)).toEqual([])
  })
})
