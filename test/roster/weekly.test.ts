import { afterEach, expect, it } from 'vitest'
import { publishPolicy } from '../../src/command/publish-policy.ts'
import { tellCoverage } from '../../src/command/tell-coverage.ts'
import { openRestGateway, shippedDocuments, TENANT } from '../harness/rest-gateway.ts'
import { forEachEngine } from '../harness/stores.ts'

const WEEK_MS = 7 * 24 * 3_600_000

forEachEngine((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  it('tells who leads of gaps in the weeks ahead, once a week however often it is asked [R145]', async () => {
    const gateway = await openRestGateway(engine, undo)
    const { deps, fresh } = gateway
    let laterMs = 0
    const parts = {
      ...deps,
      ...fresh.store,
      nowMs: () => fresh.clock.nowMs() + laterMs,
      heldClasses: deps.policyDesk.heldClasses,
    }
    const tell = () => tellCoverage(parts, TENANT)
    expect(await tell(), 'nothing is gated without a policy').toBe(false)
    const by = { kind: 'system', part: 'test' } as const
    await publishPolicy(deps, { tenant: TENANT, by, documents: shippedDocuments() })
    // The due time is a row: whoever asks, on whichever node and after whichever restart, sees the same.
    expect((await Promise.all([tell(), tell()])).filter(Boolean)).toHaveLength(1)
    expect(await tell()).toBe(false)
    laterMs = WEEK_MS - 1
    expect(await tell()).toBe(false)
    laterMs = WEEK_MS
    expect(await tell()).toBe(true)
    const told = await fresh.database.run(
      "select to_role, urgency from notice where kind = 'roster.gap' order by to_role",
    )
    expect(told.map(({ to_role: role, urgency }) => `${role} ${urgency}`)).toEqual([
      'incident-commander inform',
      'incident-commander inform',
      'shift-lead inform',
      'shift-lead inform',
    ])
    const types = await gateway.types()
    expect(types.filter((type) => type === 'roster.reported')).toHaveLength(2)
  })
})
