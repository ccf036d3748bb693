/**
 * Writes that a kill cuts short: replaces Node's own functions, in the process that is to be killed only, so
 * that at the chosen moment a piece of the bytes is in the file and the process is gone. Covers every file the
 * product writes itself: keys, witness, signer state. SQLite's files are SQLite's.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** Little enough that no text of ours is whole in it, although a witness slot is padded to 512 bytes. */
const WRITTEN_SHARE = 1 / 8

/** `isDue` is asked before each write; `die` does not return. */
export function tearWrites(isDue: () => boolean, die: () => void): void {
  const { write, writeSync, writeFileSync, openSync } = fs
  // writeFileSync writes by writeSync: that is one write, not two.
  let isInside = false
  fs.writeSync = ((fd: number, data: string | Uint8Array, ...rest: never[]) => {
    if (!isInside && !isStandardStream(fd) && isDue()) {
      writeSync(fd, pieceOf(data))
      die()
    }
    return writeSync(fd, data as Uint8Array, ...rest)
  }) as typeof fs.writeSync
  fs.writeFileSync = ((path: string, data: string | Uint8Array, options?: fs.WriteFileOptions) => {
    if (isDue()) {
      const { flag = 'w', mode = 0o666 } = typeof options === 'object' ? (options ?? {}) : {}
      writeSync(openSync(path, flag, mode), pieceOf(data))
      die()
    }
    isInside = true
    try {
      return writeFileSync(path, data, options)
    } finally {
      isInside = false
    }
  }) as typeof fs.writeFileSync
  // The witness writes by it.
  fs.write = ((fd: number, data: Uint8Array, ...rest: readonly unknown[]) => {
    if (!isStandardStream(fd) && isDue()) {
      const [offset = 0, length = data.length, position] = rest as (number | undefined)[]
      writeSync(fd, pieceOf(data.subarray(offset, offset + length)), 0, undefined, position)
      die()
    }
    return Reflect.apply(write, fs, [fd, data, ...rest])
  }) as typeof fs.write
  syncBuiltinESMExports()
}

function isStandardStream(fd: number): boolean {
  return fd <= 2
}

function pieceOf(data: string | Uint8Array): Uint8Array {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  return bytes.subarray(0, Math.floor(bytes.length * WRITTEN_SHARE))
}
