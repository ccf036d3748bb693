/** Writing a case export to a file, and where wanted a trust policy beside it. */
import { createWriteStream, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { checkpoint } from '../contract/ledger.ts'
import { Failure } from '../kernel/failure.ts'
import type { Cli } from './context.ts'

export type ExportOptions = { readonly out: string; readonly trustOut?: string }

/** Throws `conflict` rather than replace a file, and what the gateway refuses. A cut transfer leaves no file. */
export async function exportCase(
  cli: Cli,
  ref: string,
  { out, trustOut }: ExportOptions,
): Promise<void> {
  for (const file of [out, trustOut]) {
    if (file !== undefined && existsSync(file))
      throw new Failure('conflict', `${file} exists already`)
  }
  const gateway = cli.gateway()
  const response = await gateway.download('POST', `/api/v1/cases/${encodeURIComponent(ref)}/export`)
  await writeWhole(response, out)
  const exportId = response.headers.get('x-countersign-export') ?? undefined
  if (trustOut !== undefined) {
    const { verifier_key: key } = await gateway.get('/api/v1/ledger/checkpoint', checkpoint)
    writeFileSync(trustOut, trustPolicyText(key))
    cli.tell(
      `${trustOut} names the key this gateway says it signs with. Whoever must not rely on the gateway gets ` +
        'that key from somewhere else: from the operator, by hand, before it matters.',
    )
  }
  const trust = trustOut === undefined ? '' : ` --trust ${trustOut}`
  cli.show({ file: out, export: exportId, trust_policy: trustOut }, () => `${out}\n`)
  cli.tell(`To verify it: countersign verify ${out}${trust}`)
}

async function writeWhole(response: Response, out: string): Promise<void> {
  if (response.body === null) throw new Failure('internal', 'the gateway sent an empty export')
  const part = `${out}.part`
  try {
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>)
    await pipeline(body, createWriteStream(part, { mode: 0o600, flags: 'wx', flush: true }))
    renameSync(part, out)
  } catch (cause) {
    rmSync(part, { force: true })
    throw new Failure('internal', `the export could not be written to ${out}`, { cause })
  }
}

/** C2SP tlog-policy: this log and no witness. */
export function trustPolicyText(verifierKey: string): string {
  return `# The log this installation signs. No witness is asked for.\nlog ${verifierKey}\nquorum none\n`
}
