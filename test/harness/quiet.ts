import type { Log } from '../../src/kernel/log.ts'

/** A log nobody reads. */
export const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
