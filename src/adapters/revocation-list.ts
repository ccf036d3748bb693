/**
 * A key revocation list of OpenSSH that several gateways may write and hosts read at every login: each change is a
 * new file in place of the old one, one writer at a time.
 */
import { copyFile, open, rename, rm, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../kernel/failure.ts'
import { revokeByKeyId } from './ssh-keygen.ts'

/** A change takes some 20 ms. */
const RETRY_MS = 50
const MAX_TRIES = 100
/** Whoever held the lock so long is dead: it gives up sooner by itself. */
const STALE_MS = 60_000

/** Durable when it returns. Throws `broker_unreachable` when others do not let go, `broker_refused`. */
export async function addToList(
  file: string,
  authorityFile: string,
  keyId: string,
  signal: AbortSignal,
): Promise<void> {
  const unlock = await lock(`${file}.lock`, signal)
  const next = `${file}.next`
  try {
    await rm(next, { force: true })
    const isNew = !(await exists(file))
    if (!isNew) await copyFile(file, next)
    await revokeByKeyId({ authorityFile, file: next, isNew }, keyId, signal)
    const written = await open(next, 'r')
    await written.sync().finally(() => written.close())
    await rename(next, file)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure('broker_refused', 'the revocation list cannot be written', { cause: error })
  } finally {
    await unlock()
  }
}

async function lock(path: string, signal: AbortSignal): Promise<() => Promise<void>> {
  for (let tries = 0; tries < MAX_TRIES && !signal.aborted; tries++) {
    try {
      await (await open(path, 'wx')).close()
      return () => rm(path, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new Failure('broker_refused', 'the folder of the revocation list cannot be written', {
          cause: error,
        })
      }
    }
    await breakStale(path)
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
  }
  throw new Failure('broker_unreachable', 'another gateway is writing the revocation list')
}

/** By the clock of the file system on both sides. */
async function breakStale(path: string): Promise<void> {
  const held = await stat(path).catch(() => undefined)
  if (held !== undefined && Date.now() - held.mtimeMs > STALE_MS) await rm(path, { force: true })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
