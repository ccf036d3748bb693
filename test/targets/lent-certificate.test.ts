import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brokerAsGiven } from '../crash/given-broker.ts'
import {
  HOST_ENTRIES,
  type IsolatedHosts,
  SSH_PROGRAMS,
  startIsolatedHosts,
} from './isolated-hosts.ts'
import { hasPrograms, type RealPlane, startReal } from './real-plane.ts'

const CAN_RUN = hasPrograms(...SSH_PROGRAMS)

describe.skipIf(!CAN_RUN)('a host that is isolated under borrowed certificates (sshd, ssh)', () => {
  let hosts: IsolatedHosts
  let real: RealPlane

  beforeAll(async () => {
    hosts = await startIsolatedHosts()
    const { upstream, broker, lending } = hosts
    const config = { brokers: [brokerAsGiven(broker)], lending: [lending] }
    real = await startReal(upstream, HOST_ENTRIES, [['device', 'web-14']], { config })
  }, 90_000)
  afterAll(async () => {
    await real?.plane.close()
    await hosts?.stop()
  })

  it('is isolated, seen so by a look with another certificate, and connected again [R63]', async () => {
    expect(hosts.isIsolated('web-14')).toBe(false)
    const call = await real.done('isolate_host', { host: 'web-14' })
    expect(hosts.isIsolated('web-14')).toBe(true)
    await real.undone(call)
    expect(hosts.isIsolated('web-14')).toBe(false)
    // Each step logged in under a lease of its own, for the one agent.
    const leases = new Set(hosts.sshd.log().match(/lease=[0-9a-f-]{36}/g))
    expect(leases.size).toBeGreaterThanOrEqual(4)
    const changes = hosts.changes()
    expect(changes).toMatchObject([{ tool: 'isolate_host' }, { tool: 'release_host' }])
    for (const { lease } of changes) expect(leases).toContain(`lease=${lease}`)
  }, 90_000)
})
