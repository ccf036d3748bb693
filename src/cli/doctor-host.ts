/** What can be looked at without opening anything: the Node version, the data directory, the key files. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type CheckResult, failed, ok } from './doctor-check.ts'

/** The first version whose type stripping and `node:sqlite` the product is tested with. */
const NODE_MAJOR = 24
/** Group and others. */
const FOREIGN_BITS = 0o077
const KEY_FILES = ['log-signer.seed', 'payload.kek', 'task-token.jwk']

export function checkNode(version: string = process.versions.node): CheckResult {
  const major = Number(version.split('.')[0])
  if (major >= NODE_MAJOR) return ok('node', `version ${version}`)
  return failed(
    'node',
    `version ${version} is too old`,
    'Run npm ci; bin/countersign then uses the pinned Node.',
  )
}

export function checkDataDirectory(dataDir: string): readonly CheckResult[] {
  if (!existsSync(dataDir)) {
    return [
      failed('data', `${dataDir} does not exist`, 'Run countersign init, or set COUNTERSIGN_DATA.'),
    ]
  }
  if (isForeign(dataDir)) {
    return [failed('data', `${dataDir} can be read by others`, `Run chmod 700 ${dataDir}`)]
  }
  return [ok('data', dataDir), checkKeys(join(dataDir, 'keys'))]
}

function checkKeys(directory: string): CheckResult {
  const missing = KEY_FILES.filter((name) => !existsSync(join(directory, name)))
  if (missing.length === KEY_FILES.length) {
    return failed(
      'keys',
      `${directory} holds no keys yet`,
      'Run countersign init, or start the gateway once.',
    )
  }
  if (missing.length > 0) {
    return failed(
      'keys',
      `${missing.join(', ')} is missing in ${directory}`,
      'Restore it from its backup. A new key could neither read old payloads nor continue the log.',
    )
  }
  const foreign = KEY_FILES.map((name) => join(directory, name)).filter(isForeign)
  if (foreign.length === 0)
    return ok('keys', `${KEY_FILES.length} key files, readable by their owner only`)
  return failed(
    'keys',
    `${foreign.join(', ')} can be read by others`,
    `Run chmod 600 ${foreign.join(' ')}`,
  )
}

function isForeign(path: string): boolean {
  return (statSync(path).mode & FOREIGN_BITS) !== 0
}
