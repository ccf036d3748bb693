import { describe, expect, it } from 'vitest'
import { makes, templateFor } from '../../src/catalogue/resource-template.ts'
import type { Tool } from '../../src/catalogue/tool.ts'

const template = (uriTemplate: string, upstream = 'docs'): Tool => ({
  tenant: 'main',
  upstream,
  kind: 'resource',
  name: uriTemplate,
  exposedName: uriTemplate,
  definition: { name: 'x', uriTemplate },
  definitionDigest: 'sha256:0',
  status: 'approved',
  findings: [],
  revision: 1,
})

describe('a resource template', () => {
  it.each([
    ['test://template/{id}/data', 'test://template/7/data', true],
    ['test://template/{id}/data', 'test://template/a%20b/data', true],
    ['test://template/{id}/data', 'test://template//data', false],
    ['test://template/{id}/data', 'test://template/7/8/data', false],
    ['test://template/{id}/data', 'test://template/7/data?x=1', false],
    ['test://template/{id}/data', 'xtest://template/7/data', false],
    ['file:///{+path}', 'file:///a/b/c.txt', true],
    ['file:///{+path}', 'file:///a?b', false],
    ['api://items{/kind}{?q,page}', 'api://items/alerts?q=x&page=2', true],
    ['api://items{/kind}{?q,page}', 'api://items/alerts', true],
    ['a.b://{x}', 'aXb://y', false],
    ['test://plain', 'test://plain', false],
  ])('%s makes %s: %s', (from, uri, expected) => {
    expect(makes(from, uri)).toBe(expected)
  })

  it.each([
    'file:///a/../../etc/passwd',
    'file:///a/%2e%2e/secret',
    'file:///a%2f..%2fsecret',
    'file:///a/./b',
  ])('does not make %s, which climbs out of what was reviewed', (uri) => {
    expect(makes('file:///{+path}', uri)).toBe(false)
  })

  it('stands for a URI only when it is the only one of its server that can make it', () => {
    const one = template('test://{kind}/data')
    const other = template('test://secret/{what}')
    expect(templateFor([one], 'docs', 'test://public/data')).toBe(one)
    expect(templateFor([one, other], 'docs', 'test://secret/data')).toBeUndefined()
    expect(templateFor([one], 'elsewhere', 'test://public/data')).toBeUndefined()
  })

  it('is matched in no time, however many ways there are to read the URI', () => {
    const started = performance.now()
    expect(makes(`x://${'{a}'.repeat(50)}!`, `x://${'a'.repeat(2_000)}`)).toBe(false)
    expect(makes(`x://${'{a}-'.repeat(20)}!`, `x://${'a-'.repeat(1_000)}`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(1_000)
    expect(makes('x://{a}', `x://${'a'.repeat(3_000)}`)).toBe(false)
  })
})
