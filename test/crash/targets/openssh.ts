/** Hosts that are isolated over SSH. sshd runs each change under a certificate that was signed for one call. */
import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import {
  HOST_ENTRIES,
  type IsolatedHosts,
  startIsolatedHosts,
} from '../../targets/isolated-hosts.ts'
import type { RealTarget } from './real-target.ts'

/** sshd ends a connection some milliseconds after its client has gone. */
const LEAVING_MS = 2_000
const LOOK_MS = 10

/** A lock on the revocation list that a kill left, until it is taken over. */
const LOCK_MS = 15_000

export async function startOpenssh(count: number): Promise<RealTarget> {
  const hosts = await startIsolatedHosts()
  const certificates = join(hosts.sshd.folder, 'signed')
  mkdirSync(certificates)
  const order = (name: string, host: string) => ({ name, arguments: { host } })
  const names = Array.from({ length: count }, (_, at) => `host-${at + 1}`)
  return {
    upstream: hosts.upstream,
    entries: HOST_ENTRIES,
    orders: names.map((host) => ({
      target: { kind: 'device', id: host },
      act: order('isolate_host', host),
      back: order('release_host', host),
    })),
    acts: async () => hosts.changes().map(({ tool, host }) => order(tool, host)),
    isThere: async ({ target }) => hosts.isIsolated(target.id),
    lending: {
      ...{ broker: hosts.broker, rule: hosts.lending, certificates, heldUpMs: LOCK_MS },
      alive: async () => [...(await valid(hosts, certificates)), ...(await open(hosts))],
      used: async () => hosts.changes().map(({ lease }) => lease),
    },
    stop: hosts.stop,
  }
}

/**
 * Certificates with which somebody could still log in: those that OpenSSH itself does not find in the list the host
 * reads. None is old enough to have ended by its time.
 */
async function valid({ sshd }: IsolatedHosts, folder: string): Promise<readonly string[]> {
  const signed = readdirSync(folder).filter((name) => name.endsWith('-cert.pub'))
  if (signed.length === 0) return []
  const said = await new Promise<string>((done) => {
    // Its exit code tells only whether any of them is revoked.
    execFile('ssh-keygen', ['-Q', '-f', sshd.revokedKeys, ...signed], { cwd: folder }, (_, out) =>
      done(out),
    )
  })
  const revoked = new Set(
    [...said.matchAll(/^(\S+) \(.*\): REVOKED$/gm)].map(([, file = '']) => file),
  )
  return signed.filter((file) => !revoked.has(file))
}

async function open({ sshd }: IsolatedHosts): Promise<readonly string[]> {
  const untilMs = performance.now() + LEAVING_MS
  while (sshd.connections().length > 0 && performance.now() < untilMs) await wait(LOOK_MS)
  return sshd.connections().map((pid) => `a connection (process ${pid} of sshd)`)
}
