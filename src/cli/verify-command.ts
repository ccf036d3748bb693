/** `verify FILE`: hands over to the verifier, which stands alone in src/verify and knows nothing of the rest. */
import type { Command } from 'commander'
import type { Cli } from './context.ts'
import type { ExitCode } from './exit-codes.ts'

export function verifyCommand(command: Command, cli: Cli): void {
  command
    .description(
      'verify a case export offline; exits 0, 5 (failed) or 8 (incomplete, or signer not trusted)',
    )
    .argument('<file>', 'the export')
    .option(
      '--trust <policy>',
      'trust policy (C2SP tlog-policy) that came from elsewhere than the export',
    )
    .action(async (file: string, options: { readonly trust?: string }) => {
      const { runVerify } = await import('../verify/main.ts')
      const trust = options.trust === undefined ? [] : ['--trust', options.trust]
      const json = cli.options().json === true ? ['--json'] : []
      const { out, err } = cli.terminal
      cli.finish(
        runVerify([...trust, ...json, '--', file], { out: out.write, err: err.write }) as ExitCode,
      )
    })
}
