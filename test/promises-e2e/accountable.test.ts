import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
}, 60_000)
afterAll(() => world?.close())

describe('an outcome that somebody has to answer for, however low the class of the tool', () => {
  it.each([
    ['something contained may come loose', 'annotate', 'retag', 'floor-outcome', 'shift-lead'],
    ['customers will see it', 'annotate', 'announce', 'floor-externally-visible', 'service-owner'],
    ['it handles regulated data', 'read', 'copy_records', 'floor-outcome', 'shift-lead'],
  ])('%s: a tool of class %s waits for its owner [R127]', async (...row) => {
    const [, effect, tool, policy, role] = row
    const scene = await world.scene()
    const target = await world.asset('device', { criticality: 1 })
    const held = await scene.hold(tool, { target })
    expect(held.shown).toMatchObject({ effect, accountable: role })
    expect(held.policies).toContain(policy)
    const owner = role === 'service-owner' ? world.plane.ines : world.plane.dana
    expect(held.shown.owner).toBe(owner.id)
    expect(world.ran(target)).toBe(0)
    expect(await world.yes(world.plane.alex, held.id)).toBe('advised: role')
    expect(await world.yes(owner, held.id)).toBe('released')
  })

  it.each(['customer-facing', 'regulated-data', 'personal-data'])(
    'steering a thing labelled %s waits for its owner; without the label it runs [R127]',
    async (label) => {
      const scene = await world.scene()
      const labelled = await world.asset('account', { criticality: 1, labels: [label] })
      const held = await scene.hold('flag_account', { target: labelled })
      expect(held.policies).toContain('floor-outcome-target')
      expect(held.shown.owner).toBeDefined()
      const plain = await world.asset('account', { criticality: 1 })
      expect(await scene.ask('flag_account', { target: plain })).toBe('ran')
    },
  )
})

describe('evidence', () => {
  it.each([
    ['altered', 'amend_timeline', 'floor-evidence'],
    ['deleted', 'overwrite_log', 'floor-evidence'],
  ])('that would be %s waits for its human owner [R149]', async (_how, tool, policy) => {
    const scene = await world.scene()
    const target = await world.asset('log', { criticality: 1 })
    const held = await scene.hold(tool, { target })
    expect(held.policies).toContain(policy)
    expect(held.shown).toMatchObject({ owner: world.plane.dana.id, accountable: 'shift-lead' })
    expect(world.ran(target)).toBe(0)
  })

  it.each([
    ['availability', { labels: ['availability-critical'] }, []],
    ['availability', { criticality: 5 }, []],
    ['regulated data', { labels: ['regulated-data'] }, []],
    ['an investigation', {}, ['legal-hold']],
  ])('is collected without asking, unless %s is affected [R149]', async (_what, facts, tags) => {
    const plain = await world.scene()
    const harmless = await world.asset('device', { criticality: 1 })
    expect(await plain.ask('collect_memory', { target: harmless })).toBe('ran')
    expect(world.ran(harmless)).toBe(1)
    const scene = await world.scene({ tags })
    const target = await world.asset('device', { criticality: 1, ...facts })
    const held = await scene.hold('collect_memory', { target })
    expect(held.policies).toContain('floor-evidence-collected')
    expect(held.shown.owner).toBe(world.plane.dana.id)
    expect(world.ran(target)).toBe(0)
  })
})
