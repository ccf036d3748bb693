/** One write and one wait for the disk per entry: durable, and nothing shared. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'

/** As long as the stored form of the sample entry. */
const ENTRY_BYTES = 1_100

export type Floor = {
  /** Writes for about `ms` and says how many entries a second were durable. */
  readonly entriesPerSecond: (ms: number) => number
  readonly close: () => void
}

export function openFloor(path: string): Floor {
  const file = openSync(path, 'w')
  const entry = Buffer.alloc(ENTRY_BYTES, 'e')
  return {
    entriesPerSecond: (ms) => {
      const startMs = performance.now()
      let entries = 0
      while (performance.now() - startMs < ms) {
        writeSync(file, entry)
        fdatasyncSync(file)
        entries++
      }
      return (entries / (performance.now() - startMs)) * 1_000
    },
    close: () => closeSync(file),
  }
}
