import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSshBroker } from '../../src/adapters/broker-ssh.ts'
import { type SshHost, startSshHost } from '../lease/ssh-host.ts'
import { hasPrograms, type RealPlane, startReal } from './real-plane.ts'

const CAN_RUN = existsSync('/usr/sbin/sshd') && hasPrograms('ssh', 'ssh-keygen')

const device = { kind: 'device', from: 'args.host' }
const isolatedIs = (value: boolean) => ({
  tool: 'host_status',
  arguments: { host: 'args.host' },
  expect: `result.structuredContent.isolated == ${value}`,
})
const change = (verb: string, inverse: string, isIsolated: boolean) => ({
  ...{ effect: 'contain', verb, target: device, reversibility: 'reversible' },
  inverse: { tool: inverse, arguments: { host: 'args.host' } },
  preimage: { tool: 'host_status', arguments: { host: 'args.host' } },
  probe: isolatedIs(isIsolated),
})
const ENTRIES = {
  isolate_host: {
    ...change('contain', 'release_host', true),
    waiver: { by: 'petra', reason: 'the switch holds no evidence' },
  },
  release_host: change('allow', 'isolate_host', false),
  host_status: { effect: 'read', verb: 'query', target: device },
}

describe.skipIf(!CAN_RUN)('a host that is isolated under borrowed certificates (sshd, ssh)', () => {
  let host: SshHost
  let real: RealPlane
  const flag = () => join(host.folder, 'web-14.isolated')

  beforeAll(async () => {
    host = await startSshHost()
    const known = join(host.folder, 'known')
    const [type = '', blob = ''] = readFileSync(join(host.folder, 'host.pub'), 'utf8').split(' ')
    writeFileSync(known, `[127.0.0.1]:${host.port} ${type} ${blob}\n`)
    const at = `${host.folder}/{device}.isolated`
    const principal = 'soc-collect'
    const broker = createSshBroker(
      {
        ...{ id: 'hosts', kind: 'ssh', authorityFile: host.authorityFile, maxTtlMs: 300_000 },
        ...{ sources: ['127.0.0.1'], revocation: { file: host.revokedKeys, reachesMs: 0 } },
        terms: [
          { tools: ['host__isolate_host'], principal, command: `touch ${at}; echo isolated` },
          { tools: ['host__release_host'], principal, command: `rm -f ${at}; echo connected` },
          {
            ...{ tools: ['host__host_status'], principal },
            command: `test -e ${at} && echo isolated || echo connected`,
          },
        ],
      },
      { clock: { nowMs: Date.now } },
    )
    const variables = { SSH_KEY: 'private_key_base64', SSH_CERTIFICATE: 'certificate' }
    real = await startReal(
      {
        id: 'host',
        transport: 'stdio',
        command: process.execPath,
        args: [resolve(import.meta.dirname, '../../range/targets/ssh-mcp.ts')],
        env: { SSH_PORT: String(host.port), SSH_USER: host.user, SSH_KNOWN_HOSTS: known },
        trustsShippedEntries: false,
      },
      ENTRIES,
      [['device', 'web-14']],
      {
        brokers: [broker],
        config: {
          lending: [
            {
              ...{ upstream: 'host', tools: ['*'], broker: 'hosts', audience: 'host' },
              ...{ placement: { kind: 'environment', variables }, maxTtlMs: 60_000 },
            },
          ],
        },
      },
    )
  }, 90_000)
  afterAll(async () => {
    await real?.plane.close()
    await host?.stop()
  })

  it('is isolated, seen so by a look with another certificate, and connected again [R63]', async () => {
    expect(existsSync(flag())).toBe(false)
    const call = await real.done('isolate_host', { host: 'web-14' })
    expect(existsSync(flag())).toBe(true)
    await real.undone(call)
    expect(existsSync(flag())).toBe(false)
    // Each step logged in under a lease of its own, for the one agent.
    const leases = new Set(host.log().match(/lease=[0-9a-f-]{36}/g))
    expect(leases.size).toBeGreaterThanOrEqual(4)
  }, 90_000)
})
