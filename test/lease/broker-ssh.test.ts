import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SshBrokerSpec } from '../../src/adapters/broker-spec.ts'
import { createSshBroker } from '../../src/adapters/broker-ssh.ts'
import { fieldsOf } from '../../src/lease/material.ts'
import type { CredentialBroker } from '../../src/lease/ports.ts'
import { hasPrograms } from '../targets/real-plane.ts'
import { clockAt, heldOf, requestFor, SIGNAL } from './lease-request.ts'
import { logIn, type SshHost, startSshHost } from './ssh-host.ts'

const CAN_RUN = existsSync('/usr/sbin/sshd') && hasPrograms('ssh', 'ssh-keygen')
const clock = clockAt()

describe.skipIf(!CAN_RUN)('a certificate for each lease, with OpenSSH (needs sshd, ssh)', () => {
  let host: SshHost
  let spec: SshBrokerSpec
  let broker: CredentialBroker

  beforeAll(async () => {
    host = await startSshHost()
    spec = {
      id: 'hosts',
      kind: 'ssh',
      authorityFile: host.authorityFile,
      sources: ['127.0.0.1/32'],
      revocation: { file: host.revokedKeys, reachesMs: 0 },
      maxTtlMs: 300_000,
      terms: [
        { tools: ['log__search'], principal: 'soc-collect', command: 'echo collected {device}' },
        { tools: ['log__other'], principal: 'somebody-else', command: 'echo no' },
        { tools: ['log__lines'], principal: 'soc-collect', command: 'echo a\necho b' },
      ],
    }
    broker = createSshBroker(spec, { clock })
  })
  afterAll(() => host?.stop())

  it('runs the command of the terms on the target of the call, and the host logs for whom', async () => {
    const issued = await broker.issue(requestFor(clock), SIGNAL)
    expect(await logIn(host, issued, '')).toMatchObject({ code: 0, out: 'collected web-1\n' })
    expect(host.log()).toContain('task=task-1 agent=triage-1')
  })

  it('runs no other command, opens no terminal and forwards nothing', async () => {
    const issued = await broker.issue(requestFor(clock, { lease: 'forced' }), SIGNAL)
    expect((await logIn(host, issued, 'cat /etc/passwd')).out).toBe('collected web-1\n')
    const terminal = await logIn(host, issued, 'tty', ['-tt'])
    expect(terminal.out).not.toContain('/dev/')
    expect(terminal.error).toContain('PTY allocation request failed')
    const forward = ['-o', 'ExitOnForwardFailure=yes', '-R', '0:127.0.0.1:1']
    expect(await logIn(host, issued, '', forward)).toMatchObject({ code: 255, out: '' })
  })

  it('is refused after its end', async () => {
    const before = clockAt(Date.now() - 120_000)
    const early = createSshBroker(spec, { clock: before })
    const issued = await early.issue(requestFor(before, { lease: 'old' }), SIGNAL)
    expect(await logIn(host, issued, '')).toMatchObject({ code: 255, out: '' })
    expect(host.log()).toContain('Certificate invalid: expired')
    const held = heldOf(requestFor(before, { lease: 'old' }), issued)
    expect(await broker.revoke(held, 'expired', SIGNAL)).toEqual({ isRevoked: true })
  })

  it('is refused from another address', async () => {
    const elsewhere = createSshBroker({ ...spec, sources: ['192.0.2.0/24'] }, { clock })
    const issued = await elsewhere.issue(requestFor(clock, { lease: 'elsewhere' }), SIGNAL)
    expect(await logIn(host, issued, '')).toMatchObject({ code: 255, out: '' })
  })

  it('is refused for another principal', async () => {
    const issued = await broker.issue(requestFor(clock, {}, { tool: 'log__other' }), SIGNAL)
    expect(await logIn(host, issued, '')).toMatchObject({ code: 255, out: '' })
  })

  it('is refused at the next login after it is taken back, and no other is', async () => {
    const [one, two] = ['back-1', 'back-2'].map((lease) => requestFor(clock, { lease }))
    if (one === undefined || two === undefined) throw new Error('two requests')
    const [first, second] = [await broker.issue(one, SIGNAL), await broker.issue(two, SIGNAL)]
    const third = await broker.issue(requestFor(clock, { lease: 'back-3' }), SIGNAL)
    // At once: no change of the list is lost.
    const ended = await Promise.all([
      broker.revoke(heldOf(one, first), 'task_ended', SIGNAL),
      broker.revoke(heldOf(two, second), 'task_ended', SIGNAL),
    ])
    expect(ended).toEqual([{ isRevoked: true }, { isRevoked: true }])
    for (const back of [first, second]) {
      expect(await logIn(host, back, '')).toMatchObject({ code: 255, out: '' })
    }
    expect(await logIn(host, third, '')).toMatchObject({ code: 0 })
  })

  it('says until when it can be used where no list is read, or a list takes its time', async () => {
    const request = requestFor(clock, { lease: 'no-list' })
    const { revocation: _, ...without } = spec
    const plain = createSshBroker(without, { clock })
    const issued = await plain.issue(request, SIGNAL)
    const held = heldOf(request, issued)
    const residualUntilMs = issued.expiresAtMs
    expect(plain.capabilities.revokesNow).toBe(false)
    expect(await plain.revoke(held, 'x', SIGNAL)).toEqual({ isRevoked: false, residualUntilMs })
    const slow = { ...spec, revocation: { file: join(host.folder, 'slow'), reachesMs: 20_000 } }
    expect(await createSshBroker(slow, { clock }).revoke(held, 'x', SIGNAL)).toEqual({
      isRevoked: true,
      residualUntilMs: clock.nowMs() + 20_000,
    })
  })

  it('gives the same key to who asks again for a lease, and another to every other', async () => {
    const keys = await Promise.all(
      ['same', 'same', 'other'].map(async (lease) => {
        const { material } = await broker.issue(requestFor(clock, { lease }), SIGNAL)
        return fieldsOf(material).private_key
      }),
    )
    expect(new Set(keys).size).toBe(2)
    expect(keys[0]).toBe(keys[1])
  })

  it.each([
    ['a target that is a command', { targets: [{ kind: 'device', id: 'x; id' }] }, /cannot be put/],
    [
      'a target too many',
      { targets: ['a', 'b'].map((id) => ({ kind: 'device', id })) },
      /one target/,
    ],
    ['a tool without terms', { tool: 'log__unknown' }, /nothing is lent/],
    ['a command of two lines', { tool: 'log__lines' }, /not one line/],
  ])('refuses %s and says so', async (_what, scope, message) => {
    await expect(broker.issue(requestFor(clock, {}, scope), SIGNAL)).rejects.toThrow(
      expect.objectContaining({ code: 'broker_refused', message: expect.stringMatching(message) }),
    )
  })

  it("refuses without the authority's key, or with something else in its place", async () => {
    const broken = join(host.folder, 'broken')
    writeFileSync(broken, 'canary-not-a-key', { mode: 0o600 })
    for (const authorityFile of [broken, join(host.folder, 'missing')]) {
      const lame = createSshBroker({ ...spec, authorityFile }, { clock })
      const error = await lame.issue(requestFor(clock), SIGNAL).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'broker_refused' })
      expect(String(error)).not.toContain('canary')
    }
  })

  it('leaves the list as it was when a change of it fails', async () => {
    const before = readFileSync(host.revokedKeys)
    const lame = createSshBroker({ ...spec, authorityFile: join(host.folder, 'gone') }, { clock })
    const request = requestFor(clock, { lease: 'list' })
    await expect(lame.revoke(heldOf(request), 'x', SIGNAL)).rejects.toThrow(
      expect.objectContaining({ code: 'broker_refused' }),
    )
    expect(readFileSync(host.revokedKeys).equals(before)).toBe(true)
  })
})
