import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestSource } from './citations.ts'

export const ROOT = join(import.meta.dirname, '..', '..')

/** Every TypeScript file below test/, with its path from the root of the repository. */
export function readTestSources(): readonly TestSource[] {
  return readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .map((path) => `test/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => ({ path, source: readFileSync(join(ROOT, path), 'utf8') }))
}
