/**
 * A key revocation list of OpenSSH that several gateways may write and hosts read at every login: each change is a
 * new file in place of the old one, one writer at a time.
 */
import { randomUUID } from 'node:crypto'
import { copyFile, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../kernel/failure.ts'
import { revokeByKeyId } from './ssh-keygen.ts'

/** A change takes some 20 ms. */
const RETRY_MS = 50
const MAX_TRIES = 100
/**
 * Whoever held the lock so long is dead: a broker is given ten seconds. Short, because what a crash left is not taken
 * back before.
 */
const STALE_MS = 15_000

/** Durable when it returns. Throws `broker_unreachable` when others do not let go, `broker_refused`. */
export async function addToList(
  file: string,
  authorityFile: string,
  keyId: string,
  signal: AbortSignal,
): Promise<void> {
  const lock = await lockAt(`${file}.lock`, signal)
  const next = `${file}.next`
  try {
    await rm(next, { force: true })
    const isNew = !(await exists(file))
    if (!isNew) await copyFile(file, next)
    await revokeByKeyId({ authorityFile, file: next, isNew }, keyId, signal)
    await sync(next)
    // One that was held up for so long writes nothing over what others wrote since.
    if (!(await lock.isMine())) throw new Failure('broker_unreachable', 'it took too long')
    await rename(next, file)
    // The new name too must be there after a loss of power.
    await sync(dirname(file))
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure('broker_refused', 'the revocation list cannot be written', { cause: error })
  } finally {
    await lock.leave()
  }
}

type Lock = { readonly isMine: () => Promise<boolean>; readonly leave: () => Promise<void> }

async function lockAt(path: string, signal: AbortSignal): Promise<Lock> {
  const mark = randomUUID()
  const isMine = async () => (await readFile(path, 'utf8').catch(() => '')) === mark
  for (let tries = 0; tries < MAX_TRIES && !signal.aborted; tries++) {
    try {
      await writeFile(path, mark, { flag: 'wx' })
      return {
        isMine,
        leave: async () => {
          if (await isMine()) await rm(path, { force: true })
        },
      }
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

async function sync(path: string): Promise<void> {
  const opened = await open(path, 'r')
  await opened.sync().finally(() => opened.close())
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
