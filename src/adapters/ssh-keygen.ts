/**
 * `ssh-keygen` of OpenSSH, which signs certificates and writes revocation lists. No shell is between; only what is
 * public lies in the folder it works in, for as long as it works.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { InstantMs } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'

const run = promisify(execFile)
/** It takes some 10 ms. */
const TIMEOUT_MS = 10_000
/** Instants on its command line are local time. Where it lies is not for our own environment to say. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC' }
/** Host clocks under NTP differ by less. */
const BACKDATE_MS = 30_000

export type CertificateRequest = {
  readonly authorityFile: string
  readonly publicKey: string
  /** Stands in the log of the host that is logged in to. */
  readonly keyId: string
  readonly principal: string
  readonly command: string
  readonly sources: readonly string[]
  readonly fromMs: InstantMs
  readonly untilMs: InstantMs
}

/** One line, as in `id_ed25519-cert.pub`. Throws `broker_refused`, `broker_unreachable`. */
export async function signCertificate(
  request: CertificateRequest,
  signal: AbortSignal,
): Promise<string> {
  return inFolder(async (folder) => {
    const key = join(folder, 'lease.pub')
    await writeFile(key, `${request.publicKey}\n`)
    const validity = `${instant(request.fromMs - BACKDATE_MS)}:${instant(request.untilMs)}`
    const options = [
      // No terminal, no forwarding, no rc file, no agent: everything that is not asked for.
      'clear',
      `force-command=${request.command}`,
      ...(request.sources.length === 0 ? [] : [`source-address=${request.sources.join(',')}`]),
    ]
    await keygen(
      [
        ...['-q', '-s', request.authorityFile, '-I', request.keyId, '-n', request.principal],
        ...['-V', validity, ...options.flatMap((option) => ['-O', option]), key],
      ],
      signal,
    )
    return (await readFile(join(folder, 'lease-cert.pub'), 'utf8')).trim()
  })
}

/**
 * Adds the certificates with this key id to a revocation list that is there, or begins it. Throws as above; the list
 * at `file` is written in place, so hand in a copy.
 */
export async function revokeByKeyId(
  { authorityFile, file, isNew }: { authorityFile: string; file: string; isNew: boolean },
  keyId: string,
  signal: AbortSignal,
): Promise<void> {
  await inFolder(async (folder) => {
    const rules = join(folder, 'revoked')
    await writeFile(rules, `id: ${keyId}\n`)
    const update = isNew ? [] : ['-u']
    await keygen(['-q', '-k', ...update, '-f', file, '-s', `${authorityFile}.pub`, rules], signal)
  })
}

async function keygen(args: readonly string[], signal: AbortSignal): Promise<void> {
  try {
    await run('ssh-keygen', args, { env: ENVIRONMENT, timeout: TIMEOUT_MS, signal })
  } catch (error) {
    const { code } = error as { code?: unknown }
    // A number is its own exit code: it looked and said no. Its words may quote what it was given.
    if (typeof code !== 'number')
      throw new Failure('broker_unreachable', 'ssh-keygen did not run', { cause: error })
    throw new Failure('broker_refused', `ssh-keygen ended with ${code}: check the authority's key`)
  }
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-ssh-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** `YYYYMMDDHHMMSS`. */
function instant(atMs: InstantMs): string {
  return new Date(atMs)
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replaceAll(/[-:T]/g, '')
}
