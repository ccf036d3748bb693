/** One run of the command line: from arguments to an exit code. Nothing here ends the process. */
import { Command, CommanderError } from 'commander'
import type { CliEnvironment } from '../config.ts'
import { readCliEnvironment } from '../config.ts'
import { Failure } from '../kernel/failure.ts'
import type { Cli, GlobalOptions } from './context.ts'
import { createCli } from './context.ts'
import type { ExitCode } from './exit-codes.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { complaintOf, complaintText } from './failure-text.ts'
import { NOUNS } from './nouns.ts'
import type { Terminal } from './terminal.ts'

const EXIT_HELP = `
Exit codes: 0 done, 1 failed, 2 usage, 3 denied, 4 pending or expired, 5 verification failed,
6 not permitted, 7 unreachable, 8 verification incomplete or signer not trusted.

Who asks: --as NAME takes a token from the profile, --token-file FILE from a file, COUNTERSIGN_TOKEN from
the environment. Where: --url, COUNTERSIGN_URL, or the profile.`

/** Runs one command. Never rejects: whatever goes wrong is told on `err` and becomes an exit code. */
export async function runCli(
  args: readonly string[],
  terminal: Terminal,
  environment: CliEnvironment = readCliEnvironment(),
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done
  const program = new Command('countersign')
  const finish = (code: ExitCode) => {
    exitCode = code
  }
  const options = () => program.opts<GlobalOptions>()
  const cli = createCli({ terminal, environment, options, finish })
  try {
    await assemble(program, cli, args)
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    return complain(error, terminal, args.includes('--json'))
  }
}

/** Puts the command line on `program`: all nouns, and the verbs of those among `called`, which is all that is read. */
export async function assemble(
  program: Command,
  cli: Cli,
  called: readonly string[],
): Promise<void> {
  describe(program, cli.terminal)
  for (const [name, noun] of Object.entries(NOUNS)) {
    const command = program.command(name).summary(noun.summary).description(noun.summary)
    if (called.includes(name)) (await noun.load())(command, cli)
  }
}

function describe(program: Command, terminal: Terminal): void {
  program
    .description('Countersign: AI agents act in a SOC only with a person who signs for it')
    .usage('<noun> <verb> [options]')
    .option('--json', 'one JSON object on stdout')
    .option('--utc', 'times in UTC instead of your zone')
    .option('--no-color', 'no colours, as NO_COLOR=1')
    .option('--no-input', 'ask nothing; fail where an answer is needed')
    .option('--as <name>', 'act as this person of the profile')
    .option('--token-file <file>', 'file with your API token')
    .option('--profile <file>', 'profile with address and token files')
    .option('--url <url>', 'address of the gateway')
    .option('--propose <why>', 'propose a change that a second person has to confirm')
    .option('--emergency <why>', 'make it alone: everybody is paged, another person reviews it')
    .addHelpText('after', EXIT_HELP)
    .exitOverride()
    .configureOutput({
      writeOut: terminal.out.write,
      writeErr: terminal.err.write,
      outputError: () => {},
    })
    .helpCommand('help [noun]', 'show the verbs of a noun')
}

function complain(error: unknown, terminal: Terminal, isJson: boolean): ExitCode {
  if (error instanceof CommanderError) {
    // Help that was asked for is no error; help shown because a verb is missing is.
    if (error.exitCode === 0) return EXIT.done
    if (error.code === 'commander.help') return EXIT.usage
    return complain(new Failure('usage_invalid', usageDetail(error)), terminal, isJson)
  }
  const complaint = complaintOf(error)
  terminal.err.write(isJson ? `${JSON.stringify(complaint)}\n` : complaintText(complaint))
  return exitCodeOf(complaint.code)
}

function usageDetail(error: CommanderError): string {
  return error.message.replace(/^error: /, '').replaceAll('\n', ' ')
}
