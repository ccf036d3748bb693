/** An entry of the ledger on the wire: what it says, its place in the log, and the names of what is stored apart. */
import { Failure } from '../../kernel/failure.ts'
import { encodeHex } from '../../ledger/base64.ts'
import type { StoredEntry } from '../../ledger/ports.ts'
import { readEntry } from '../../ledger/read-entry.ts'

/** Entries below its size are in a signed checkpoint. */
export function checkpointWire(
  latest: { readonly size: number; readonly signedAtMs: number } | undefined,
) {
  return latest && { size: latest.size, signed_at_ms: latest.signedAtMs }
}

/** Throws `ledger_entry_tampered` for one that cannot be read. */
export function entryWire(stored: StoredEntry) {
  const read = readEntry(stored.bytes)
  if (!read.ok) throw new Failure('ledger_entry_tampered', `entry ${stored.index}: ${read.fault}`)
  const { id, type, time, actor, task, call, data, commits, case: place } = read.entry
  return {
    index: stored.index,
    leaf_hash: encodeHex(stored.leafHash),
    id,
    seq: place?.seq ?? 0,
    type,
    at_ms: Date.parse(time),
    actor: { kind: actor.kind, id: actor.id },
    task,
    call,
    data: { ...data },
    payloads: Object.entries(commits ?? {}).map(([name, commit]) => ({
      name,
      data_class: commit.cls,
      media_type: commit.mt,
    })),
  }
}
