/**
 * A data directory whose gateway does not run: opened as the gateway opens it, and the same whole-log check with
 * nobody in between. Opening already compares the store with its rollback witness.
 */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { openKeys } from '../adapters/key-files.ts'
import { recordedBundles } from '../adapters/recorded-bundles.ts'
import { checkLedger } from '../command/check-ledger.ts'
import { type Config, readConfig } from '../config.ts'
import { Failure } from '../kernel/failure.ts'
import { parseCheckpoint } from '../ledger/checkpoint.ts'
import { encodeVkey, signerFromSeed } from '../ledger/note-key.ts'
import { openStore, type Store } from '../store/store.ts'
import { TENANT } from '../wiring.ts'

export type LogCheck = {
  readonly ok: boolean
  readonly size: number
  readonly findings: readonly {
    readonly code: string
    readonly index?: number | undefined
    readonly detail: string
  }[]
}

export type OpenDirectory = {
  readonly store: Store
  readonly checkLog: () => Promise<LogCheck>
}

/** Throws `store_locked` while its gateway runs, `config_invalid`, and what the start of a store refuses. */
export async function openDirectory(
  config: Pick<Config, 'dataDir' | 'databaseUrl'>,
): Promise<OpenDirectory> {
  const { dataDir, databaseUrl } = config
  // Asked before anything is opened: opening makes what is missing, and looking must not make a new log.
  if (!existsSync(join(dataDir, 'keys', 'log-signer.seed'))) {
    throw new Failure('config_invalid', `${dataDir} is no data directory: it has no keys`)
  }
  const keys = openKeys(dataDir)
  const rows = await openStore({
    engine:
      databaseUrl === undefined
        ? { kind: 'sqlite', dataDir }
        : { kind: 'postgres', url: databaseUrl, dataDir },
    clock: { nowMs: () => Date.now() },
    random: randomBytes,
    keyWrap: keys.keyWrap,
  })
  const store = { ...rows, bundles: recordedBundles(rows.bundles, rows.ledger) }
  const checkLog = async () => {
    const verifierKey = await verifierKeyOf(store, keys.logSeed)
    const by = { kind: 'system', part: 'cli' } as const
    const { size, findings } = await checkLedger(
      { ledger: store.ledger, bundles: store.bundles, verifierKey },
      { tenant: TENANT, by },
    )
    return { ok: findings.length === 0, size, findings }
  }
  return { store, checkLog }
}

/** `ledger check --data`. Throws as `openDirectory`. */
export async function checkDirectory(directory: string): Promise<LogCheck> {
  const { store, checkLog } = await openDirectory({ ...readConfig(), dataDir: resolve(directory) })
  try {
    return await checkLog()
  } finally {
    await store.close()
  }
}

/** The log's own key under the name its checkpoints carry; a checkpoint by another key is then a finding. */
async function verifierKeyOf(store: Store, seed: Uint8Array): Promise<string> {
  const stored = await store.ledger.checkpoint(TENANT)
  const origin =
    stored === undefined
      ? `localhost/countersign/${TENANT}`
      : parseCheckpoint(new TextEncoder().encode(stored.note)).checkpoint.origin
  return encodeVkey(signerFromSeed(origin, 'ed25519', seed).key)
}
