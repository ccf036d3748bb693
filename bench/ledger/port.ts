/** Writers on the commit port of a real store: each commits one entry, waits for its receipt, and again. */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { openKeys } from '../../src/adapters/key-files.ts'
import { type EngineChoice, openStore } from '../../src/store/store.ts'
import { quantile } from '../statistics.ts'
import { sampleEntry } from './sample-entry.ts'

export type Written = { readonly perSecond: number; readonly p50: number; readonly p99: number }

export type Port = {
  readonly name: string
  /** Lets so many writers commit for about `ms`. Latencies are milliseconds until the receipt. */
  readonly write: (writers: number, ms: number) => Promise<Written>
  readonly close: () => Promise<void>
}

export async function openPort(name: string, engine: EngineChoice): Promise<Port> {
  mkdirSync(engine.dataDir, { recursive: true })
  const { keyWrap } = openKeys(engine.dataDir)
  const clock = { nowMs: () => Date.now() }
  const store = await openStore({ engine, clock, random: randomBytes, keyWrap })
  const commitOne = () =>
    store.commit('main', async () => ({ value: undefined, entries: [sampleEntry(false)] }))
  return {
    name,
    write: async (writers, ms) => {
      const latencies: number[] = []
      const startMs = performance.now()
      const writer = async (): Promise<void> => {
        while (performance.now() - startMs < ms) {
          const askedMs = performance.now()
          await commitOne()
          latencies.push(performance.now() - askedMs)
        }
      }
      await Promise.all(Array.from({ length: writers }, writer))
      const seconds = (performance.now() - startMs) / 1_000
      return {
        perSecond: latencies.length / seconds,
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
      }
    },
    close: () => store.close(),
  }
}
