/**
 * A data directory after a first start. That start publishes the policy, which takes seconds of CPU, and hundreds of
 * tests need nothing but what it leaves; so a run of tests makes it once and everybody copies it. Two copies are the
 * same installation, with the same keys and the same start of the log.
 */
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig, type UpstreamConfig } from '../../src/config.ts'
import { startGateway } from '../../src/main.ts'
import { quiet } from './quiet.ts'
/** The tool servers of an installation, given where its data is. */
export type UpstreamsIn = (dataDir: string) => readonly UpstreamConfig[]

/** Fills an empty data directory as a first start with these tool servers would, where a run of tests shares one. */
export async function startedBefore(dataDir: string, upstreamsIn: UpstreamsIn): Promise<void> {
  const shared = await sharedStart(upstreamsIn)
  if (shared !== undefined) cpSync(shared, dataDir, { recursive: true })
}

/** What the first start with these tool servers left, made now unless it is there; undefined where nothing is shared. */
export async function sharedStart(upstreamsIn: UpstreamsIn): Promise<string | undefined> {
  // Names a folder of one run of tests (house/run-folder.ts); without it every start is a first one.
  const runFolder = process.env.COUNTERSIGN_TEST_RUN_FOLDER
  if (runFolder === undefined) return undefined
  const names = upstreamsIn(runFolder).map(({ id }) => id)
  const shared = join(runFolder, ['first-start', ...names].join('-'))
  if (!existsSync(shared)) await makeShared(shared, runFolder, upstreamsIn)
  return shared
}

async function makeShared(shared: string, folder: string, upstreamsIn: UpstreamsIn): Promise<void> {
  const own = mkdtempSync(join(folder, 'making-'))
  const config = readConfig({ COUNTERSIGN_DATA: own, COUNTERSIGN_PORT: '0' })
  const upstreams = upstreamsIn(own)
  const gateway = await startGateway({ ...config, upstreams, drainMs: 0 }, { log: quiet })
  await gateway.listed
  await gateway.close()
  try {
    renameSync(own, shared)
  } catch (error) {
    // Another worker was first; its one is as good.
    if (!existsSync(shared)) throw error
    rmSync(own, { recursive: true, force: true })
  }
}
