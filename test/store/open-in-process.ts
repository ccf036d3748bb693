/**
 * Run as a process of its own: opens a store in the given directory, says how it went on standard output and,
 * when told to hold it, stays until it is killed. `node open-in-process.ts DATA_DIR URL hold|close`
 */
import { randomBytes } from 'node:crypto'
import { codeOf } from '../../src/kernel/failure.ts'
import type { EngineChoice } from '../../src/store/store.ts'
import { openStore } from '../../src/store/store.ts'
import { testKeyWrap } from '../harness/stores.ts'

const [dataDir = '', url = '', then = 'close'] = process.argv.slice(2)
const random = (byteCount: number) => new Uint8Array(randomBytes(byteCount))
const engine: EngineChoice =
  url === '' ? { kind: 'sqlite', dataDir } : { kind: 'postgres', url, dataDir }

try {
  const store = await openStore({
    engine,
    clock: { nowMs: () => Date.now() },
    random,
    keyWrap: testKeyWrap(random),
  })
  process.stdout.write('opened\n')
  if (then === 'hold') setInterval(() => undefined, 60_000)
  else await store.close()
} catch (error) {
  process.stdout.write(`${codeOf(error)}\n`)
}
