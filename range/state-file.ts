/**
 * State that several small programs share: one JSON file, replaced as a whole. A reader never sees half a
 * write (rename is atomic) and two writers never lose each other's change (a lock file is taken first).
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

export type StateFile<T> = {
  /** What the file holds now; the initial state when there is no file. Throws when it cannot be read. */
  readonly read: () => T
  /** Replaces the state by what `next` makes of it, alone among all writers. Returns the new state. */
  readonly change: (next: (state: T) => T) => T
}

/** A write takes well under a millisecond; a lock this old belongs to a program that was killed. */
const STALE_LOCK_MS = 2_000
/** Between two attempts to take the lock. */
const LOCK_RETRY_MS = 5

/** Opens the state kept at `path`; the folder is made, the file only by the first change. */
export function stateFile<T>(path: string, initial: T): StateFile<T> {
  mkdirSync(dirname(path), { recursive: true })
  const read = (): T => {
    const text = readIfPresent(path)
    return text === undefined ? initial : (JSON.parse(text) as T)
  }
  const change = (next: (state: T) => T): T => {
    const lock = `${path}.lock`
    takeLock(lock)
    try {
      const state = next(read())
      const draft = `${path}.${process.pid}.new`
      writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`)
      renameSync(draft, path)
      return state
    } finally {
      rmSync(lock, { force: true })
    }
  }
  return { read, change }
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function takeLock(lock: string): void {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx'))
      return
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    if (isStale(lock)) rmSync(lock, { force: true })
    else Atomics.wait(pause, 0, 0, LOCK_RETRY_MS)
  }
}

function isStale(lock: string): boolean {
  try {
    return Date.now() - statSync(lock).mtimeMs > STALE_LOCK_MS
  } catch (error) {
    // Gone between the two looks: not stale, just free.
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
