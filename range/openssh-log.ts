/**
 * An OpenSSH authentication log as a lab host on the open internet writes it: one address that tries
 * passwords for hours, several that try a few, people who mistype and log in. The same seed gives the same
 * log, byte for byte. All addresses are from the documentation ranges (RFC 5737).
 */

export type GeneratedLog = {
  readonly lines: readonly string[]
  /** The address with by far the most failed passwords: the answer an investigation must find. */
  readonly bruteForceAddress: string
}

type Draw = (below: number) => number
/** Seconds after the start of the session, and the words. */
type Said = readonly [afterSeconds: number, message: string]
type Session = { readonly startSecond: number; readonly said: readonly Said[] }
type Event = { readonly atSecond: number; readonly pid: number; readonly message: string }
type Guess = { readonly address: string; readonly account: string; readonly isKnown: boolean }

const HOST = 'LabSZ'
const FIRST_PID = 24_200
const START_SECOND = 6 * 3600 + 55 * 60
const DURATION_SECONDS = 4 * 3600
/** Like the ratio in logs of real hosts: one address makes up most of the noise. */
const BRUTE_FORCE_ATTEMPTS = 280
const SCANNERS = 24
const MAX_SCANNER_ATTEMPTS = 20
const LOGINS = 12
const MAX_SESSION_SECONDS = 1_800
const SCANNED_ACCOUNTS = [
  'admin',
  'test',
  'oracle',
  'support',
  'ubnt',
  'git',
  'postgres',
  'webmaster',
]
const PEOPLE = ['fztu', 'contractor-07']

/** A log of about 2,000 lines. `seed` is any integer. */
export function generateOpensshLog(seed: number): GeneratedLog {
  const draw = drawFrom(seed)
  const bruteForceAddress = `203.0.113.${1 + draw(254)}`
  const sessions = [
    ...bruteForce(bruteForceAddress, draw),
    ...Array.from({ length: SCANNERS }, () => scan(draw)).flat(),
    ...Array.from({ length: LOGINS }, () => login(draw)),
  ]
  sessions.sort((a, b) => a.startSecond - b.startSecond)
  const events = sessions.flatMap(({ startSecond, said }, index) =>
    said.map(([afterSeconds, message]) => ({
      atSecond: startSecond + afterSeconds,
      pid: FIRST_PID + index,
      message,
    })),
  )
  events.sort((a, b) => a.atSecond - b.atSecond || a.pid - b.pid)
  return { lines: events.map(lineOf), bruteForceAddress }
}

function bruteForce(address: string, draw: Draw): Session[] {
  return Array.from({ length: BRUTE_FORCE_ATTEMPTS }, () =>
    failedAttempt({ address, account: 'root', isKnown: true }, draw),
  )
}

function scan(draw: Draw): Session[] {
  const address = `198.51.100.${1 + draw(254)}`
  return Array.from({ length: 1 + draw(MAX_SCANNER_ATTEMPTS) }, () => {
    const account = SCANNED_ACCOUNTS[draw(SCANNED_ACCOUNTS.length)] ?? 'admin'
    return failedAttempt({ address, account, isKnown: false }, draw)
  })
}

function failedAttempt({ address, account, isKnown }: Guess, draw: Draw): Session {
  const user = isKnown ? account : `invalid user ${account}`
  const unknown: Said[] = [
    [0, `Invalid user ${account} from ${address}`],
    [0, `input_userauth_request: invalid user ${account} [preauth]`],
    [0, 'pam_unix(sshd:auth): check pass; user unknown'],
  ]
  const pam = `authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${address}`
  const said: Said[] = [
    ...(isKnown ? [] : unknown),
    [0, `pam_unix(sshd:auth): ${pam} ${isKnown ? ` user=${account}` : ''}`],
    [2, `Failed password for ${user} from ${address} port ${clientPort(draw)} ssh2`],
    [2, `Received disconnect from ${address}: 11: Bye Bye [preauth]`],
  ]
  return { startSecond: startIn(draw), said }
}

function login(draw: Draw): Session {
  const address = `192.0.2.${1 + draw(254)}`
  const account = PEOPLE[draw(PEOPLE.length)] ?? 'fztu'
  const port = clientPort(draw)
  const mistyped: Said = [0, `Failed password for ${account} from ${address} port ${port} ssh2`]
  const isMistyped = draw(3) === 0
  const said: Said[] = [
    ...(isMistyped ? [mistyped] : []),
    [4, `Accepted password for ${account} from ${address} port ${port} ssh2`],
    [4, `pam_unix(sshd:session): session opened for user ${account} by (uid=0)`],
    [5 + draw(MAX_SESSION_SECONDS), `pam_unix(sshd:session): session closed for user ${account}`],
  ]
  return { startSecond: startIn(draw), said }
}

function startIn(draw: Draw): number {
  return START_SECOND + draw(DURATION_SECONDS)
}

function clientPort(draw: Draw): number {
  // The range Linux takes client ports from by default: 32768 to 60999.
  return 32_768 + draw(28_232)
}

function lineOf({ atSecond, pid, message }: Event): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const hour = Math.floor(atSecond / 3600)
  const clock = `${two(hour)}:${two(Math.floor(atSecond / 60) % 60)}:${two(atSecond % 60)}`
  return `Dec 10 ${clock} ${HOST} sshd[${pid}]: ${message}`
}

/** Mulberry32: small, and the same on every machine. No secret hangs on it. */
function drawFrom(seed: number): Draw {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}
