import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'countersign')

describe('bin/countersign', () => {
  let folder = ''
  const run = (path: string, ...args: readonly string[]) =>
    spawnSync(path, args, { encoding: 'utf8', timeout: 10_000, cwd: tmpdir() })

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign launcher-'))
    mkdirSync(join(folder, 'bin'))
    cpSync(LAUNCHER, join(folder, 'bin', 'countersign'))
  })

  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** Stands where npm puts the pinned Node and prints what it was started with. */
  function installFakeNode(): void {
    mkdirSync(join(folder, 'node_modules', 'node', 'bin'), { recursive: true })
    const node = join(folder, 'node_modules', 'node', 'bin', 'node')
    writeFileSync(node, '#!/bin/sh\nprintf "%s\\n" "$@"\nexit 7\n')
    chmodSync(node, 0o755)
  }

  it('starts the pinned Node with the arguments as given and passes its exit code on', () => {
    installFakeNode()
    const { stdout, status } = run(join(folder, 'bin', 'countersign'), 'verify', 'a file', '--json')
    expect(stdout.trim().split('\n')).toEqual([
      join(folder, 'src', 'cli', 'main.ts'),
      'verify',
      'a file',
      '--json',
    ])
    expect(status).toBe(7)
  })

  it('finds its own place through symbolic links, relative ones too', () => {
    installFakeNode()
    mkdirSync(join(folder, 'links'))
    symlinkSync('../bin/countersign', join(folder, 'links', 'relative'))
    symlinkSync(join(folder, 'links', 'relative'), join(folder, 'links', 'absolute'))
    expect(run(join(folder, 'links', 'absolute')).stdout).toContain(join(folder, 'src', 'cli'))
  })

  it('says what to do when nothing is installed', () => {
    const { stderr, stdout, status } = run(join(folder, 'bin', 'countersign'))
    expect(stderr).toContain('Run npm ci')
    expect(stdout).toBe('')
    expect(status).toBe(1)
  })
})
