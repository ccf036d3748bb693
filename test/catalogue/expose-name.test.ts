import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exposeName, isUpstreamId, routeNames } from '../../src/catalogue/expose-name.ts'
import { Failure } from '../../src/kernel/failure.ts'
import { approvedTool } from './tools.ts'

describe('the exposed name of a tool', () => {
  it('is upstream, two underscores and the name of the tool', () => {
    expect(exposeName('edr', 'isolate_host')).toBe('edr__isolate_host')
  })

  it('fits every model API whatever the server calls its tool', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 120, unit: 'binary' }), (name) => {
        expect(exposeName('edr', name)).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
      }),
    )
  })

  it('keeps long names apart that begin alike', () => {
    const [one, other] = ['a', 'b'].map((end) => exposeName('edr', `${'x'.repeat(80)}${end}`))
    expect(one).toHaveLength(64)
    expect(one).not.toBe(other)
  })

  it('keeps names apart that differ only in characters an API refuses', () => {
    expect(exposeName('edr', 'vault.read')).not.toBe(exposeName('edr', 'vault/read'))
    expect(exposeName('edr', 'vault.read')).not.toBe(exposeName('edr', 'vault_read'))
  })

  it('refuses an upstream id that could be mistaken for part of a tool name', () => {
    for (const id of ['', 'EDR', 'a_b', 'a__b', 'a/b', 'x'.repeat(21), 'ü']) {
      expect(isUpstreamId(id)).toBe(false)
      expect(() => exposeName(id, 'get')).toThrow(Failure)
    }
  })
})

describe('routing by exposed name', () => {
  it('routes neither of two tools that would answer to one name', () => {
    const one = approvedTool()
    const twin = approvedTool({}, { upstream: 'other' })
    const alone = approvedTool({ definition: { name: 'list_hosts' } })
    const routes = routeNames([one, twin, alone])
    expect([...routes.byExposedName.keys()]).toEqual(['edr__list_hosts'])
    expect(routes.refused).toEqual([one, twin])
  })
})
