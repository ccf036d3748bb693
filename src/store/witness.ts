/**
 * The rollback witness: a small file per tenant that says how large the log was, and with which root, when
 * the last receipt was given. It is on disk before any receipt, so a store that is older than its witness has
 * lost acknowledged entries: somebody restored a backup or the database lost writes, and it does not start.
 *
 * A file holds two slots in different disk blocks, written in turn, each with its own checksum. A crash while
 * one is written leaves the other: the witness is then one batch behind the store, which is harmless, because
 * no receipt of that batch had been given. A witness ahead of the store never comes from a crash.
 */
import { hash } from 'node:crypto'
import { constants, write } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../kernel/failure.ts'
import { decodeBase64Exactly, encodeBase64 } from '../ledger/base64.ts'
import { EMPTY_ROOT, HASH_BYTES } from '../ledger/merkle.ts'

/** What was acknowledged: log size in entries and its root. */
export type Witnessed = { readonly size: number; readonly root: Uint8Array }

export type Witness = {
  /** Undefined when there is no file. Throws `store_forked` when neither slot can be read. */
  readonly read: (tenant: string) => Promise<Witnessed | undefined>
  /** Tenants that have a file. */
  readonly tenants: () => Promise<readonly string[]>
  /**
   * Makes sure there is a file, so that a later absence means removal. Durable when it resolves. Answers the
   * size that was acknowledged so far.
   */
  readonly prepare: (tenant: string) => Promise<number>
  /** Durable when it resolves. Any error means that this node may give no further receipt. */
  readonly record: (tenant: string, witnessed: Witnessed) => Promise<void>
  readonly close: () => Promise<void>
}

const HEADER = 'countersign-witness-v1'
const SUFFIX = '.witness'
/** After the suffix, so that it is nobody's witness; overwritten when the next start makes it anew. */
const UNFINISHED = '.unfinished'
/** Slots start in different blocks of any common file system, so a torn write damages one only. */
const SLOT_SPACING = 4096
/** Header, tenant (at most 240 bytes once encoded), size, root and checksum fit with room. */
const SLOT_BYTES = 512

/**
 * On Linux a file opened so has each write on the disk when the write returns: one wait instead of two. Elsewhere
 * that flag means less than a sync, which then follows each write.
 */
const WRITES_ARE_DURABLE = process.platform === 'linux'
const OPEN_FLAGS = constants.O_RDWR | (WRITES_ARE_DURABLE ? constants.O_DSYNC : 0)

function openWriting(path: string): Promise<FileHandle> {
  return open(path, OPEN_FLAGS)
}

type OpenFile = { readonly file: FileHandle; next: 0 | 1; size: number }

export async function openWitness(directory: string): Promise<Witness> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const files = new Map<string, OpenFile>()
  const pathOf = (tenant: string) => join(directory, `${encodeURIComponent(tenant)}${SUFFIX}`)

  const fileOf = async (tenant: string): Promise<OpenFile> => {
    const known = files.get(tenant)
    if (known !== undefined) return known
    const slots = await readSlots(pathOf(tenant))
    const opened =
      slots === undefined
        ? { file: await create(directory, pathOf(tenant), tenant), next: 1 as const, size: 0 }
        : { file: await openWriting(pathOf(tenant)), ...standOf(slots, tenant) }
    files.set(tenant, opened)
    return opened
  }
  return {
    read: async (tenant) => {
      const slots = await readSlots(pathOf(tenant))
      if (slots === undefined) return undefined
      const newest = slots
        .flatMap((slot) => parse(slot, tenant) ?? [])
        .reduce<Witnessed | undefined>(
          (a, b) => (a !== undefined && a.size >= b.size ? a : b),
          undefined,
        )
      if (newest === undefined)
        throw new Failure('store_forked', `the witness of ${tenant} is unreadable`)
      return newest
    },
    tenants: async () => {
      const names = await readdir(directory)
      return names
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => decodeURIComponent(name.slice(0, -SUFFIX.length)))
        .sort()
    },
    prepare: async (tenant) => (await fileOf(tenant)).size,
    record: async (tenant, witnessed) => {
      const opened = await fileOf(tenant)
      const slot = slotBytes(tenant, witnessed)
      await writeAt(opened.file, slot, opened.next * SLOT_SPACING)
      if (!WRITES_ARE_DURABLE) await opened.file.datasync()
      opened.next = opened.next === 0 ? 1 : 0
      opened.size = witnessed.size
    },
    close: async () => {
      for (const { file } of files.values()) await file.close()
      files.clear()
    },
  }
}

/** Each commit waits for it: the shortest way there is to the same write. Rejects also when it was cut short. */
function writeAt({ fd }: FileHandle, slot: Uint8Array, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    write(fd, slot, 0, SLOT_BYTES, position, (error, written) => {
      if (error !== null) reject(error)
      else if (written < SLOT_BYTES) reject(new Error(`${written} of ${SLOT_BYTES} bytes written`))
      else resolve()
    })
  })
}

function slotBytes(tenant: string, { size, root }: Witnessed): Uint8Array {
  const text = [HEADER, encodeURIComponent(tenant), size, encodeBase64(root), ''].join('\n')
  const slot = Buffer.alloc(SLOT_BYTES)
  const written = slot.write(`${text}${checksum(text)}\n`)
  if (written === SLOT_BYTES)
    throw new Failure('config_invalid', 'the name of the tenant is too long')
  return slot
}

function parse(slot: Uint8Array, tenant: string): Witnessed | undefined {
  const lines = Buffer.from(slot).toString('utf8').split('\n')
  const [header, name, size, root, sum] = lines
  const text = [...lines.slice(0, 4), ''].join('\n')
  if (header !== HEADER || name !== encodeURIComponent(tenant) || sum !== checksum(text))
    return undefined
  const bytes = decodeBase64Exactly(root ?? '', HASH_BYTES)
  return bytes === undefined ? undefined : { size: Number(size), root: bytes }
}

function standOf(slots: readonly Uint8Array[], tenant: string): { next: 0 | 1; size: number } {
  const read = slots.map((slot) => parse(slot, tenant))
  return { next: olderSlot(read), size: Math.max(0, ...read.map((one) => one?.size ?? 0)) }
}

function olderSlot([first, second]: readonly (Witnessed | undefined)[]): 0 | 1 {
  if (first === undefined) return 0
  return second === undefined || second.size < first.size ? 1 : 0
}

/** A crash in between leaves no witness or a whole one: one that cannot be read would keep the store closed. */
async function create(directory: string, path: string, tenant: string): Promise<FileHandle> {
  const made = `${path}${UNFINISHED}`
  const file = await open(made, 'w+', 0o600)
  await file.write(slotBytes(tenant, { size: 0, root: EMPTY_ROOT }), 0, SLOT_BYTES, 0)
  await file.truncate(2 * SLOT_SPACING)
  await file.sync()
  await rename(made, path)
  // The name is durable only when its directory is.
  const folder = await open(directory, 'r')
  await folder.sync()
  await folder.close()
  await file.close()
  return openWriting(path)
}

async function readSlots(path: string): Promise<readonly [Uint8Array, Uint8Array] | undefined> {
  try {
    const bytes = await readFile(path)
    return [bytes.subarray(0, SLOT_BYTES), bytes.subarray(SLOT_SPACING, SLOT_SPACING + SLOT_BYTES)]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function checksum(text: string): string {
  return hash('sha256', text, 'hex')
}
