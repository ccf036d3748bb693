/**
 * A data directory after a first start. That start publishes the policy, which takes a second of CPU, and hundreds of
 * tests need nothing but what it leaves; so a run of tests makes it once and everybody copies it. Two copies are the
 * same installation, with the same keys and the same start of the log.
 */
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import type { Log } from '../../src/kernel/log.ts'
import { startGateway } from '../../src/main.ts'

/** Names a folder of one run of tests (house/run-folder.ts); without it every start is a first one. */
const RUN_FOLDER = process.env.COUNTERSIGN_TEST_RUN_FOLDER

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Fills an empty data directory as a first start would, where a run of tests shares one. */
export async function startedBefore(dataDir: string): Promise<void> {
  if (RUN_FOLDER === undefined) return
  const shared = join(RUN_FOLDER, 'first-start')
  if (!existsSync(shared)) await makeShared(shared, RUN_FOLDER)
  cpSync(shared, dataDir, { recursive: true })
}

async function makeShared(shared: string, folder: string): Promise<void> {
  const own = mkdtempSync(join(folder, 'making-'))
  const config = readConfig({ COUNTERSIGN_DATA: own, COUNTERSIGN_PORT: '0' })
  const gateway = await startGateway({ ...config, upstreams: [], drainMs: 0 }, { log: quiet })
  await gateway.close()
  try {
    renameSync(own, shared)
  } catch (error) {
    // Another worker was first; its one is as good.
    if (!existsSync(shared)) throw error
    rmSync(own, { recursive: true, force: true })
  }
}
