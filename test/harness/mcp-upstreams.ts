/** Tool servers from npm, as upstreams over stdio. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { compiledCode } from '../../range/settings.ts'
import type { UpstreamConfig } from '../../src/config.ts'

const require = createRequire(import.meta.url)

/** The server of a package; its shipped entries count as reviews. */
export function npmUpstream(
  id: string,
  packageName: string,
  args: readonly string[] = [],
): UpstreamConfig & { transport: 'stdio' } {
  const manifest = require.resolve(`${packageName}/package.json`)
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: Record<string, string> }
  const script = join(dirname(manifest), Object.values(bin)[0] ?? '')
  return {
    id,
    transport: 'stdio',
    command: process.execPath,
    args: [script, ...args],
    env: compiledCode(),
    trustsShippedEntries: true,
  }
}
