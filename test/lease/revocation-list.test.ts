import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addToList } from '../../src/adapters/revocation-list.ts'
import { hasPrograms } from '../targets/real-plane.ts'
import { SIGNAL } from './lease-request.ts'

describe.skipIf(!hasPrograms('ssh-keygen'))('a revocation list (needs ssh-keygen)', () => {
  let folder: string
  let list: string
  const authority = () => join(folder, 'authority')
  const add = (keyId: string, signal = SIGNAL) => addToList(list, authority(), keyId, signal)
  const isRevoked = (keyId: string) => {
    const name = join(folder, `${keyId}.pub`)
    writeFileSync(name, readFileSync(`${authority()}.pub`))
    execFileSync('ssh-keygen', ['-q', '-s', authority(), '-I', keyId, '-n', 'x', name])
    try {
      execFileSync('ssh-keygen', ['-Q', '-f', list, join(folder, `${keyId}-cert.pub`)])
      return false
    } catch {
      return true
    }
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-list-'))
    list = join(folder, 'revoked')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', authority()])
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('begins with the first and keeps every one, also of those who write at once', async () => {
    await Promise.all(['a', 'b', 'c'].map((keyId) => add(keyId)))
    expect(['a', 'b', 'c', 'd'].map(isRevoked)).toEqual([true, true, true, false])
    expect(existsSync(`${list}.lock`)).toBe(false)
  })

  it('is written by the next one when a gateway died in the middle of it, after a quarter of a minute', async () => {
    writeFileSync(`${list}.lock`, 'of one that is dead')
    writeFileSync(`${list}.next`, 'half of a list')
    const diedAt = Date.now() / 1000 - 16
    utimesSync(`${list}.lock`, diedAt, diedAt)
    await add('a')
    expect(isRevoked('a')).toBe(true)
    expect(existsSync(`${list}.lock`)).toBe(false)
  })

  it('is not written while another one writes it, and says so', async () => {
    writeFileSync(`${list}.lock`, 'of one that works')
    await expect(add('a', AbortSignal.timeout(1))).rejects.toThrow(
      expect.objectContaining({ code: 'broker_unreachable' }),
    )
    expect(existsSync(list)).toBe(false)
    expect(readFileSync(`${list}.lock`, 'utf8')).toBe('of one that works')
  })

  it('keeps what others wrote when one comes back that was held up for too long', async () => {
    await add('before')
    const kept = readFileSync(list)
    // ssh-keygen waits for the authority's key until somebody writes it here.
    renameSync(`${authority()}.pub`, join(folder, 'key'))
    execFileSync('mkfifo', [`${authority()}.pub`])
    const late = add('late')
    await whenThere(`${list}.next`)
    writeFileSync(`${list}.lock`, 'of another')
    await writeFile(`${authority()}.pub`, readFileSync(join(folder, 'key')))
    await expect(late).rejects.toThrow(expect.objectContaining({ code: 'broker_unreachable' }))
    expect(readFileSync(list).equals(kept)).toBe(true)
    expect(readFileSync(`${list}.lock`, 'utf8')).toBe('of another')
  })
})

async function whenThere(file: string): Promise<void> {
  while (!existsSync(file)) await new Promise(setImmediate)
}
