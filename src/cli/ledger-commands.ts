/** The ledger: its signed head, proofs of single entries, and a check of all of it. */
import { existsSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { checkpoint, inclusion, ledgerReport } from '../contract/ledger.ts'
import { Failure } from '../kernel/failure.ts'
import { visible } from '../kernel/visible-text.ts'
import { checkProof } from './check-proof.ts'
import type { Cli } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { listText } from './table.ts'

export function ledgerCommands(noun: Command, cli: Cli): void {
  noun
    .command('checkpoint')
    .description('the newest signed checkpoint, as the C2SP note it is')
    .action(async () => {
      const answer = await cli.gateway().get('/api/v1/ledger/checkpoint', checkpoint)
      cli.show(answer, () => answer.note)
      cli.tell(
        `${answer.size} entries, signed ${cli.when(answer.signed_at_ms)}; key ${answer.verifier_key}`,
      )
    })
  noun
    .command('prove')
    .description('a proof that one entry is in the log, checked here before it is shown')
    .argument('<index>', 'number of the entry, from 0')
    .option('-o, --out <file>', 'write the C2SP proof (.tlog-proof) to a file')
    .action((index: string, { out }: { readonly out?: string }) => prove(cli, index, out))
  noun
    .command('check')
    .description('every entry, the tree, the head, the checkpoint and the rules between them')
    .option('--data <directory>', 'check a data directory itself; its gateway must not run')
    .action(({ data }: { readonly data?: string }) => check(cli, data))
}

async function prove(cli: Cli, text: string, out: string | undefined): Promise<void> {
  if (!/^\d{1,15}$/.test(text))
    throw new Failure('usage_invalid', 'the number of an entry is a whole number')
  if (out !== undefined && existsSync(out)) throw new Failure('conflict', `${out} exists already`)
  const gateway = cli.gateway()
  const [answer, { verifier_key: key }] = await Promise.all([
    gateway.get(`/api/v1/ledger/prove/${text}`, inclusion),
    gateway.get('/api/v1/ledger/checkpoint', checkpoint),
  ])
  checkProof(answer, key)
  if (out !== undefined) writeFileSync(out, answer.proof)
  cli.show(answer, () =>
    listText([
      ['entry', String(answer.index)],
      ['leaf hash', answer.leaf_hash],
      ['in the tree of', `${answer.size} entries`],
      ['signed by', key],
      ['proof', out ?? `${answer.path.length} hashes; --out FILE writes it`],
    ]),
  )
}

async function check(cli: Cli, data: string | undefined): Promise<void> {
  const report =
    data === undefined
      ? await cli.gateway().get('/api/v1/ledger/check', ledgerReport)
      : await (await import('./check-directory.ts')).checkDirectory(data)
  if (!report.ok) cli.finish(EXIT.verificationFailed)
  const lines = report.findings.map(({ code, index, detail }) => {
    const at = index === undefined ? '' : ` at entry ${index}`
    return `${code}${at}: ${visible(detail)}\n`
  })
  cli.show(report, () =>
    report.ok
      ? `ok: ${report.size} entries, and everything they promise holds\n`
      : `${lines.join('')}FAILED: ${report.findings.length} finding(s) in ${report.size} entries. Treat it as tampering.\n`,
  )
}
