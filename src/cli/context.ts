/** What every command is handed: where to write, how, and the gateway as the person who asks. */
import type { CliEnvironment } from '../config.ts'
import { Failure } from '../kernel/failure.ts'
import type { ExitCode } from './exit-codes.ts'
import type { GatewayClient } from './gateway-client.ts'
import { openGateway } from './gateway-client.ts'
import { pathBeside, readProfile, readSecret, tokenOf } from './profile.ts'
import type { Paint, Terminal } from './terminal.ts'
import { paintFor } from './terminal.ts'
import { whenText } from './time-text.ts'

/** Options every command takes, before or after its own. */
export type GlobalOptions = {
  readonly json?: boolean
  readonly utc?: boolean
  readonly color: boolean
  readonly input: boolean
  readonly as?: string
  readonly tokenFile?: string
  readonly profile?: string
  readonly url?: string
  /** Reasons; with one, a change that needs two people is proposed or made alone. */
  readonly propose?: string
  readonly emergency?: string
}

export type Cli = {
  readonly terminal: Terminal
  readonly options: () => GlobalOptions
  /** Data for people on stdout, or `value` as one JSON object when `--json` was given. */
  readonly show: (value: unknown, text: () => string) => void
  /** One line to the person, on stderr. */
  readonly tell: (line: string) => void
  readonly paint: { readonly out: Paint; readonly err: Paint }
  readonly when: (atMs: number) => string
  /** Whether a question may be asked: at a terminal, unless `--no-input`. */
  readonly mayAsk: () => boolean
  /** File with the practice passkey of whoever asks; only people of a practice range have one. */
  readonly practicePasskey: () => string | undefined
  /** Throws `not_authenticated` when no token is to be had. */
  readonly gateway: () => GatewayClient
  /** Sets the exit code of a command that did its work, yet has to say more than 0. */
  readonly finish: (code: ExitCode) => void
}

export type CliParts = {
  readonly terminal: Terminal
  readonly environment: CliEnvironment
  readonly options: () => GlobalOptions
  readonly finish: (code: ExitCode) => void
}

const DEFAULT_URL = 'http://localhost:7070'

export function createCli({ terminal, environment, options, finish }: CliParts): Cli {
  const wantsColour = () => options().color
  return {
    terminal,
    options,
    finish,
    show: (value, text) => {
      const isJson = options().json === true
      terminal.out.write(isJson ? `${JSON.stringify(value, undefined, 2)}\n` : text())
    },
    tell: (line) => terminal.err.write(`${line}\n`),
    paint: {
      out: (format, text) => paintFor(terminal.out, wantsColour())(format, text),
      err: (format, text) => paintFor(terminal.err, wantsColour())(format, text),
    },
    when: (atMs) => whenText(atMs, options().utc === true),
    mayAsk: () => terminal.isInteractive && options().input,
    practicePasskey: () => practicePasskeyOf(environment, options()),
    gateway: () => gatewayFor(environment, options()),
  }
}

/** Of the person whose token the profile gives; a token from elsewhere has none. */
function practicePasskeyOf(environment: CliEnvironment, options: GlobalOptions) {
  const path = options.profile ?? environment.profile
  const people = readProfile(path)?.people ?? {}
  const names = Object.keys(people)
  const isElsewhere = options.tokenFile !== undefined || environment.token !== undefined
  const name = options.as ?? (names.length === 1 && !isElsewhere ? names[0] : undefined)
  const file = name === undefined ? undefined : people[name]?.passkey_file
  return file === undefined ? undefined : pathBeside(path, file)
}

/** The flag before the environment before the profile. */
function gatewayFor(environment: CliEnvironment, options: GlobalOptions): GatewayClient {
  const path = options.profile ?? environment.profile
  const profile = readProfile(path)
  const url = options.url ?? environment.url ?? profile?.base_url ?? DEFAULT_URL
  const { propose, emergency } = options
  return openGateway(url.replace(/\/+$/, ''), token(), {
    ...(propose === undefined ? {} : { 'countersign-propose': encodeURIComponent(propose) }),
    ...(emergency === undefined ? {} : { 'countersign-emergency': encodeURIComponent(emergency) }),
  })

  function token(): string {
    if (options.tokenFile !== undefined) return readSecret(options.tokenFile)
    if (options.as !== undefined) {
      if (profile !== undefined) return tokenOf(path, profile, options.as)
      throw new Failure('not_authenticated', `--as needs a profile, and ${path} does not exist`)
    }
    if (environment.token !== undefined) return environment.token
    const [only, ...others] = Object.keys(profile?.people ?? {})
    if (profile !== undefined && only !== undefined && others.length === 0) {
      return tokenOf(path, profile, only)
    }
    const hint =
      only === undefined ? '' : `; with ${path}, --as ${[only, ...others].join('|')} says it`
    throw new Failure('not_authenticated', `who asks is not said${hint}`)
  }
}
