/**
 * Hosts that are isolated over SSH under borrowed certificates, behind one real sshd. Each certificate runs one command;
 * the command writes down what it does and under which certificate, as sshd told it (`ExposeAuthInfo`).
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { compiledCode } from '../../range/settings.ts'
import type { UpstreamConfig } from '../../src/config.ts'
import type { ConfigFile } from '../../src/contract/config-file.ts'
import type { ToolRule } from '../../src/lease/rule.ts'
import { type SshHost, startSshHost } from '../lease/ssh-host.ts'

export const SSH_PROGRAMS = ['sshd', 'ssh', 'ssh-keygen'] as const

export type IsolatedHosts = {
  readonly sshd: SshHost
  readonly upstream: Extract<UpstreamConfig, { readonly transport: 'stdio' }>
  /** As it stands in a configuration file. */
  readonly broker: ConfigFile['brokers'][number]
  readonly lending: ToolRule
  /** Every change in order, and the lease it was made under. */
  readonly changes: () => readonly Change[]
  readonly isIsolated: (host: string) => boolean
  readonly stop: () => Promise<void>
}

export type Change = { readonly tool: string; readonly host: string; readonly lease: string }

/** Longer than anything here takes: what is taken back is taken back, and not just over. */
const TTL_SECONDS = 300

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

/** As a platform engineer would write them. */
export const HOST_ENTRIES = {
  isolate_host: {
    ...change('contain', 'release_host', true),
    waiver: { by: 'petra', reason: 'the switch holds no evidence' },
  },
  release_host: change('allow', 'isolate_host', false),
  host_status: { effect: 'read', verb: 'query', target: device },
}

export async function startIsolatedHosts(): Promise<IsolatedHosts> {
  const sshd = await startSshHost()
  const journal = join(sshd.folder, 'changes')
  return {
    sshd,
    upstream: {
      id: 'host',
      transport: 'stdio',
      command: process.execPath,
      args: [resolve(import.meta.dirname, '../../range/targets/ssh-mcp.ts')],
      env: {
        ...compiledCode(),
        ...{ SSH_PORT: String(sshd.port), SSH_USER: sshd.user },
        SSH_KNOWN_HOSTS: sshd.knownHosts,
      },
      trustsShippedEntries: false,
    },
    broker: {
      ...{ id: 'hosts', kind: 'ssh', max_seconds: TTL_SECONDS, sources: ['127.0.0.1'] },
      authority_file: sshd.authorityFile,
      revocation: { file: sshd.revokedKeys, reaches_seconds: 0 },
      terms: termsOf(sshd.folder, journal),
    },
    lending: {
      ...{ upstream: 'host', tools: ['*'], broker: 'hosts', audience: 'host' },
      placement: {
        kind: 'environment',
        variables: { SSH_KEY: 'private_key_base64', SSH_CERTIFICATE: 'certificate' },
      },
      maxTtlMs: TTL_SECONDS * 1000,
    },
    changes: () => (existsSync(journal) ? changesIn(readFileSync(journal, 'utf8')) : []),
    isIsolated: (host) => existsSync(flagOf(sshd.folder, host)),
    stop: sshd.stop,
  }
}

function flagOf(folder: string, host: string): string {
  return join(folder, `${host}.isolated`)
}

/** What is to be done is written down first, in one write: nothing changes that is not in the journal. */
function termsOf(folder: string, journal: string) {
  const flag = flagOf(folder, '{device}')
  const terms = (tool: string, command: string) => ({
    ...{ tools: [`host__${tool}`] satisfies [string], principal: 'soc-collect' },
    command,
  })
  const noted = (tool: string, command: string) =>
    terms(tool, `echo ${tool} {device} $(cat "$SSH_USER_AUTH") >>${journal} && ${command}`)
  return [
    noted('isolate_host', `touch ${flag} && echo isolated`),
    noted('release_host', `rm -f ${flag} && echo connected`),
    terms('host_status', `test -e ${flag} && echo isolated || echo connected`),
  ]
}

/** `isolate_host web-14 publickey ssh-ed25519-cert-v01@openssh.com AAAA…`: the key id stands in the certificate as text. */
function changesIn(journal: string): readonly Change[] {
  const lines = journal.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const [tool = '', host = '', , , certificate = ''] = line.split(' ')
    const text = Buffer.from(certificate, 'base64').toString('latin1')
    const [, lease = 'unknown'] = /lease=([0-9a-f-]{36})/.exec(text) ?? []
    return { tool, host, lease }
  })
}
