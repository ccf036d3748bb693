/** A real sshd on loopback that lets in by certificates of one authority, and a real client. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fieldsOf } from '../../src/lease/material.ts'
import type { Issued } from '../../src/lease/ports.ts'

export type SshHost = {
  readonly port: number
  readonly folder: string
  readonly authorityFile: string
  /** Read at every login. */
  readonly revokedKeys: string
  readonly user: string
  /** A file by which a client knows the host. */
  readonly knownHosts: string
  readonly log: () => string
  /** Connections that are open now, as processes of the host. */
  readonly connections: () => readonly string[]
  readonly stop: () => Promise<void>
}

export type Login = { readonly code: number; readonly out: string; readonly error: string }

export async function startSshHost(): Promise<SshHost> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-sshd-'))
  const at = (name: string) => join(folder, name)
  const keygen = (...args: string[]) => execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', ...args])
  keygen('-N', '', '-f', at('host'))
  keygen('-N', '', '-C', 'authority', '-f', at('authority'))
  // An empty list: a host whose list is missing lets nobody in.
  execFileSync('ssh-keygen', ['-q', '-k', '-f', at('revoked')])
  const user = userInfo().username
  writeFileSync(at('principals'), 'soc-collect\n')
  const port = await freePort()
  writeFileSync(
    at('sshd_config'),
    [
      ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${at('host')}`],
      ...[`TrustedUserCAKeys ${at('authority.pub')}`, `RevokedKeys ${at('revoked')}`],
      ...[`AuthorizedPrincipalsFile ${at('principals')}`, 'AuthorizedKeysFile none'],
      ...['StrictModes no', 'UsePAM no', 'PasswordAuthentication no', 'PidFile none'],
      ...['PermitRootLogin yes', 'LogLevel VERBOSE', 'KbdInteractiveAuthentication no'],
      // A command can tell under which certificate it runs.
      'ExposeAuthInfo yes',
    ].join('\n'),
  )
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', at('sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  sshd.stderr.on('data', (chunk) => {
    log += chunk
  })
  await answering(port, sshd)
  const [type = '', blob = ''] = readFileSync(at('host.pub'), 'utf8').split(' ')
  writeFileSync(at('known'), `[127.0.0.1]:${port} ${type} ${blob}\n`)
  return {
    ...{ port, folder, user, authorityFile: at('authority'), revokedKeys: at('revoked') },
    knownHosts: at('known'),
    log: () => log,
    connections: () =>
      readFileSync(`/proc/${sshd.pid}/task/${sshd.pid}/children`, 'utf8')
        .split(' ')
        .filter(Boolean),
    stop: async () => {
      const ended = new Promise((done) => sshd.once('exit', done))
      sshd.kill()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Logs in with what was lent, asks for `command`, and says how that went. */
export async function logIn(
  host: SshHost,
  { material }: Pick<Issued, 'material'>,
  command: string,
  options: readonly string[] = [],
): Promise<Login> {
  const { private_key: key = '', certificate = '' } = fieldsOf(material)
  const folder = mkdtempSync(join(host.folder, 'client-'))
  writeFileSync(join(folder, 'key'), key, { mode: 0o600 })
  writeFileSync(join(folder, 'key-cert.pub'), `${certificate}\n`)
  const fixed = ['-F', 'none', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes']
  const args = [
    ...[...fixed, '-o', `UserKnownHostsFile=${host.knownHosts}`, '-i', join(folder, 'key')],
    ...[...options, '-p', String(host.port), `${host.user}@127.0.0.1`, command],
  ]
  return new Promise((done) => {
    execFile('ssh', args, { timeout: 15_000 }, (error, out, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 255
      done({ code, out, error: stderr })
    })
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function answering(port: number, sshd: ChildProcess): Promise<void> {
  while (sshd.exitCode === null) {
    const isOpen = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        done(true)
      })
      socket.once('error', () => setTimeout(() => done(false), 20))
    })
    if (isOpen) return
  }
  throw new Error('sshd ended')
}
