/**
 * `countersign verify FILE [--trust POLICY] [--json]`. Stands alone: `node src/verify/main.ts FILE` runs it
 * without the rest of the product and without any installed package.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { reportText } from './report.ts'
import { EXIT } from './verdict.ts'
import { verifyExport } from './verify.ts'

const USAGE = 'usage: countersign verify FILE [--trust POLICY] [--json]\n'

export type Output = { readonly out: (text: string) => void; readonly err: (text: string) => void }

/**
 * Runs the command and gives the exit code: 0 verified, 1 a file cannot be read, 2 usage, 5 verification
 * failed, 8 incomplete or signer not trusted.
 */
export function runVerify(args: readonly string[], output: Output): number {
  let parsed: { file: string; trust: string | undefined; json: boolean }
  try {
    parsed = parseCommand(args)
  } catch (error) {
    output.err(`${error instanceof Error ? error.message : 'wrong arguments'}\n${USAGE}`)
    return EXIT.usage
  }
  let verdict: ReturnType<typeof verifyExport>
  try {
    const trust = parsed.trust === undefined ? undefined : readText(parsed.trust)
    verdict = verifyExport(readFileSync(parsed.file), trust)
  } catch (error) {
    output.err(`${error instanceof Error ? error.message : 'the file cannot be read'}\n`)
    return EXIT.unreadable
  }
  output.out(parsed.json ? `${JSON.stringify(verdict, undefined, 2)}\n` : reportText(verdict))
  return verdict.exitCode
}

function parseCommand(args: readonly string[]): {
  file: string
  trust: string | undefined
  json: boolean
} {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { trust: { type: 'string' }, json: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new Error('exactly one file is needed')
  return { file, trust: values.trust, json: values.json }
}

function readText(path: string): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path))
}

if (import.meta.main) {
  process.exitCode = runVerify(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  })
}
