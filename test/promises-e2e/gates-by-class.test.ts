import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { saidBy } from '../harness/agent-client.ts'
import { rest } from '../harness/people.ts'
import { fresh, openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
}, 60_000)
afterAll(() => world?.close())

const partOf = (shown: Readonly<Record<string, unknown>>, part: 'package' | 'statement') =>
  (shown[part] as { value: Record<string, unknown> }).value

describe('what runs without asking anybody', () => {
  it.each([
    ['looking something up', 'enrich', 'read'],
    ['classifying a case', 'tag', 'influence'],
    ['writing a note', 'note', 'annotate'],
  ])('%s: nobody is asked, and the record exists [R67]', async (_what, tool, effect) => {
    const scene = await world.scene()
    expect(await scene.ask(tool, { target: await world.asset('case') })).toBe('ran')
    const record = await scene.record()
    expect(record.filter(({ type }) => type.startsWith('approval.'))).toEqual([])
    const decided = record.find(({ type }) => type === 'tool.call.decided')
    expect(decided?.data).toMatchObject({ tool: `soc__${tool}`, effect, decision: 'allow' })
    expect(record.map(({ type }) => type)).toContain('tool.call.outcome')
  })

  it('enriching, clustering, summarising and drafting a recommendation, in an open task of any purpose [R76]', async () => {
    for (const purpose of ['investigate', 'respond', 'hunt', 'report']) {
      const scene = await world.scene({ purpose })
      const enriched = await scene.call('soc__enrich', { text: '203.0.113.9' })
      expect(saidBy(enriched)).toBeUndefined()
      expect(await scene.ask('cluster')).toBe('ran')
      expect(await scene.ask('note', { text: 'A summary of what was found.' })).toBe('ran')
      const recommended = await scene.call('countersign_recommend', {
        summary: 'Block the address.',
        evidence: [enriched._meta?.['countersign/evidence']],
      })
      expect(recommended.isError ?? false).toBe(false)
      const types = (await scene.record()).map(({ type }) => type)
      expect(types.filter((type) => type === 'tool.call.outcome')).toHaveLength(3)
      expect(types).toContain('recommendation.made')
      expect(types).not.toContain('approval.requested')
      await rest(world.plane, world.plane.alex, 'POST', `/api/v1/tasks/${scene.task}/close`)
      await expect(scene.ask('enrich', { text: 'x' })).rejects.toThrow()
    }
  })
})

describe('what waits for a person', () => {
  it.each([
    ['containment', 'isolate', 'device', 'approve shift-lead'],
    ['an identity reset', 'reset_password', 'credential', 'approve identity-owner'],
    ['a firewall change', 'block', 'ipv4_net', 'approve shift-lead'],
  ])('%s needs a named role out of the box [R68]', async (_what, tool, kind, gate) => {
    const scene = await world.scene()
    const target = await world.asset(kind, { environment: 'production' })
    expect(await scene.ask(tool, { target })).toBe(gate)
    expect(world.ran(target)).toBe(0)
  })

  it.each([
    ['account disablement', 'disable_account', 'account', 'approve identity-owner'],
    ['session revocation', 'end_session', 'session', 'approve identity-owner'],
    ['key rotation', 'rotate_key', 'key', 'approve identity-owner, approve shift-lead'],
    ['closing a case', 'close_case', 'case', 'approve shift-lead'],
    ['closing an incident', 'close_incident', 'incident', 'approve incident-commander'],
    ['business-workflow interruption', 'restart', 'service', 'approve shift-lead'],
  ])('%s has a human decision point [R85]', async (_what, tool, kind, gate) => {
    const scene = await world.scene()
    const target = await world.asset(kind)
    expect(await scene.ask(tool, { target })).toBe(gate)
    expect(world.ran(target)).toBe(0)
  })

  it.each([
    ['a change of production state', 'set_service', 'service', 'write', 'confirm analyst'],
    ['containment', 'isolate', 'device', 'contain', 'approve shift-lead'],
    ['a change of access', 'disable_account', 'account', 'identity', 'approve identity-owner'],
    ['destruction', 'wipe', 'device', 'destructive', 'dual incident-commander, dual shift-lead'],
  ])('%s is gated by its class, of a tool no policy names [R83]', async (...row) => {
    const [, tool, kind, effect, gate] = row
    const scene = await world.scene()
    const target = await world.asset(kind, { environment: 'production' })
    const held = await scene.hold(tool, { target })
    expect([held.shown.effect, held.needs]).toEqual([effect, gate])
    expect(world.ran(target)).toBe(0)
    const active = await rest(world.plane, world.plane.petra, 'GET', '/api/v1/policies/active')
    const { policies, floor } = active.body.bundle as unknown as Record<string, object>
    expect(JSON.stringify([policies, floor])).not.toMatch(new RegExp(`soc__|${tool}\\b`))
  })

  it('a user-impacting change is gated like containment, and without the flag it is not [R111]', async () => {
    const scene = await world.scene()
    const service = await world.asset('service', { environment: 'production' })
    const device = await world.asset('device', { environment: 'production' })
    const impacting = await scene.hold('restart', { target: service })
    expect(impacting.policies).toContain('base-workflow')
    expect(impacting.needs).toBe(await scene.ask('isolate', { target: device }))
    expect(impacting.needs).toBe('approve shift-lead')
    expect(await scene.ask('set_service', { target: service })).toBe('confirm analyst')
    expect(world.ran(service)).toBe(0)
  })

  it('a note that starts a playbook is what the playbook does [R98]', async () => {
    const scene = await world.scene()
    const target = await world.asset('device', { environment: 'production' })
    const held = await scene.hold('set_status', { target })
    expect(held.shown).toMatchObject({ effect: 'contain' })
    expect(partOf(held.shown, 'package')).toMatchObject({ flags: ['user-impacting'] })
    expect(held.needs).toBe(await scene.ask('isolate', { target }))
    expect(world.ran(target)).toBe(0)
  })

  it.each(['privileged', 'cloud-credential', 'availability-critical'])(
    'a %s target needs a person, whatever the class of the tool [R88]',
    async (label) => {
      const scene = await world.scene()
      const plain = await world.asset('account')
      const labelled = await world.asset('account', { labels: [label] })
      expect(await scene.ask('flag_account', { target: plain })).toBe('ran')
      const held = await scene.hold('flag_account', { target: labelled })
      expect(held.policies).toContain('floor-sensitive-target')
      const acting = await scene.hold('disable_account', { target: labelled })
      expect(acting.policies).toContain('floor-sensitive-target')
      expect([world.ran(plain), world.ran(labelled)]).toEqual([1, 0])
    },
  )

  it.each([
    ['destructive', 'wipe', 'dual incident-commander, dual shift-lead', 'base-dual-destructive'],
    ['externally visible', 'announce', 'approve service-owner', 'floor-externally-visible'],
  ])('a call of a %s tool is approved on case, target and way back [R34]', async (...row) => {
    const [, tool, gate, policy] = row
    const scene = await world.scene()
    const target = await world.asset('device', { criticality: 3, environment: 'production' })
    const held = await scene.hold(tool, { target })
    expect([held.needs, held.policies]).toEqual([gate, expect.arrayContaining([policy])])
    const shown = partOf(held.shown, 'package')
    expect(shown).toMatchObject({ case: { external_ref: scene.caseRef }, inverse: null })
    expect(shown).toHaveProperty('reversibility')
    const isAct = tool === 'wipe'
    const blast = [{ id: target, criticality: 3, environment: 'production', is_known: true }]
    expect(shown.targets).toMatchObject(isAct ? blast : [])
  })

  it.each([
    ['hosts', 'isolate_all', 5, 'approve shift-lead', 'dual incident-commander, dual shift-lead'],
    [
      'accounts',
      'lock_all',
      2,
      'approve identity-owner',
      'approve identity-owner, dual incident-commander, dual shift-lead',
    ],
    ['mails', 'pull_mail', 50, 'approve shift-lead', 'dual incident-commander, dual shift-lead'],
  ])('more than the documented number of %s needs more people [R139]', async (...row) => {
    const [, tool, limit, within, beyond] = row
    const scene = await world.scene()
    const named = (count: number) => Array.from({ length: count }, () => fresh('target'))
    expect(await scene.ask(tool, { targets: named(limit) })).toBe(within)
    const above = await scene.hold(tool, { targets: named(limit + 1) })
    expect(above.needs).toBe(beyond)
    expect(above.policies).toContain('base-dual-many')
  })

  it('the number of targets moves the gate and the confidence of the model does not [R119]', async () => {
    const scene = await world.scene()
    const one = [fresh('host')]
    const many = Array.from({ length: 61 }, () => fresh('host'))
    const gate = (targets: readonly string[], confidence: number) =>
      scene.ask('isolate_all', { targets, confidence })
    expect(await gate(one, 0.9)).toBe('approve shift-lead')
    expect(await gate(many, 0.9)).toBe('dual incident-commander, dual shift-lead')
    expect(await gate(one, 0.99)).toBe(await gate(one, 0.1))
    expect(await gate(many, 0.99)).toBe(await gate(many, 0.1))
    expect(world.ran(many[0] ?? '')).toBe(0)
  })
})
