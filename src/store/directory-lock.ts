/**
 * One process per data directory: keys, witness and the embedded database belong to whoever holds the lock.
 * It is an exclusive lock on a SQLite file, held open for life; the kernel frees it when the process ends,
 * however it ends. On network file systems such locks lie and fsync may too, so those are refused.
 */
import { mkdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../kernel/failure.ts'
import { connectSqlite } from './node-sqlite.ts'

export type DirectoryLock = { readonly release: () => void }

/** statfs(2) types of network file systems: NFS, SMB, CIFS, SMB2. */
const NETWORK_FILE_SYSTEMS: readonly number[] = [0x6969, 0x517b, 0xff534d42, 0xfe534d42]

/** SQLITE_BUSY, sqlite.org/rescode.html. */
const BUSY = 5

/**
 * Throws `store_locked` when another process holds the directory, `store_not_durable` on a network file
 * system, `ledger_unwritable` when the directory cannot be made or written.
 */
export function lockDirectory(dataDir: string): DirectoryLock {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    if (NETWORK_FILE_SYSTEMS.includes(statfsSync(dataDir).type)) {
      throw new Failure('store_not_durable', `${dataDir} is on a network file system`)
    }
    return takeLock(join(dataDir, 'lock.sqlite'))
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    if (isBusy(cause)) {
      throw new Failure('store_locked', `another process uses ${dataDir}`, { cause })
    }
    throw new Failure('ledger_unwritable', `${dataDir} cannot be used`, { cause })
  }
}

function takeLock(path: string): DirectoryLock {
  const holder = connectSqlite(path, { waitMs: 0 })
  try {
    holder.exec('pragma locking_mode = exclusive; begin exclusive')
  } catch (error) {
    holder.close()
    throw error
  }
  return { release: () => holder.close() }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === BUSY
}
