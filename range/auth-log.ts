/**
 * Loads an OpenSSH authentication log into the SQLite file that serves as the log store: one row per line,
 * the line's own words in `message`, what could be read from it beside it.
 */
// biome-ignore lint/correctness/noUnresolvedImports: Biome's list of Node's own modules lacks node:sqlite
import { DatabaseSync } from 'node:sqlite'

export type AuthRow = {
  /** `MM-DD HH:MM:SS`: syslog of this kind carries no year. Sorts by time within one. */
  readonly at: string
  readonly host: string
  readonly program: string
  readonly pid: number | null
  readonly message: string
  /** `failed_password`, `accepted_password`, `invalid_user`, `disconnect` or `other`. */
  readonly event: string
  readonly account: string | null
  readonly sourceAddress: string | null
  /** How many times it happened: more than 1 when syslog folded repeats into one line. */
  readonly repeats: number
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'
const LINE = /^([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d) (\S+) ([^[:]+)(?:\[(\d+)\])?: (.*)$/
const REPEATED = /^message repeated (\d+) times: \[ (.*)\]$/
const ADDRESS = String.raw`\d{1,3}(?:\.\d{1,3}){3}`
// The account is what the client typed, so it may itself look like the rest of the line: it reaches as far as
// it can, and the address is what sshd wrote at the end.
const PASSWORD = new RegExp(
  `^(Failed|Accepted) password for (?:invalid user )?(.*) from (${ADDRESS}) port \\d+ ssh2$`,
)
const INVALID_USER = new RegExp(`^Invalid user (.*) from (${ADDRESS})$`)
const DISCONNECT = new RegExp(
  `^(?:error: )?(?:Received disconnect from|Connection closed by) (${ADDRESS})`,
)

/** The row of one line, or undefined when it is not a syslog line. */
export function parseAuthLine(line: string): AuthRow | undefined {
  const match = LINE.exec(line.trimEnd())
  if (match === null) return undefined
  const [, month = '', day = '', clock = '', host = '', program = '', pid, message = ''] = match
  const monthNumber = MONTHS.indexOf(month) / 3 + 1
  if (!Number.isInteger(monthNumber) || monthNumber < 1) return undefined
  const at = `${String(monthNumber).padStart(2, '0')}-${day.padStart(2, '0')} ${clock}`
  const repeated = REPEATED.exec(message)
  const repeats = repeated === null ? 1 : Number(repeated[1])
  const said = repeated?.[2] ?? message
  return {
    at,
    host,
    program,
    pid: pid === undefined ? null : Number(pid),
    message,
    repeats,
    ...read(said),
  }
}

function read(message: string): Pick<AuthRow, 'event' | 'account' | 'sourceAddress'> {
  const password = PASSWORD.exec(message)
  if (password !== null) {
    const event = password[1] === 'Failed' ? 'failed_password' : 'accepted_password'
    return { event, account: password[2] ?? null, sourceAddress: password[3] ?? null }
  }
  const invalid = INVALID_USER.exec(message)
  if (invalid !== null) {
    return { event: 'invalid_user', account: invalid[1] ?? null, sourceAddress: invalid[2] ?? null }
  }
  const gone = DISCONNECT.exec(message)
  if (gone !== null) return { event: 'disconnect', account: null, sourceAddress: gone[1] ?? null }
  return { event: 'other', account: null, sourceAddress: null }
}

const SCHEMA = `
  DROP TABLE IF EXISTS auth_log;
  CREATE TABLE auth_log (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    host TEXT NOT NULL,
    process TEXT NOT NULL,
    pid INTEGER,
    message TEXT NOT NULL,
    event TEXT NOT NULL,
    account TEXT,
    source_address TEXT,
    repeats INTEGER NOT NULL
  );
  CREATE INDEX auth_log_source ON auth_log (source_address, event);
`

/** Writes the lines to the table `auth_log` of the SQLite file, replacing it. Returns the number of rows. */
export function writeLogStore(path: string, lines: readonly string[]): number {
  const database = new DatabaseSync(path)
  try {
    database.exec(SCHEMA)
    const insert = database.prepare(
      'INSERT INTO auth_log (at, host, process, pid, message, event, account, source_address, repeats) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    const rows = lines.map(parseAuthLine).filter((row) => row !== undefined)
    database.exec('BEGIN')
    for (const row of rows) {
      const { at, host, program, pid, message, event, account, sourceAddress, repeats } = row
      insert.run(at, host, program, pid, message, event, account, sourceAddress, repeats)
    }
    database.exec('COMMIT')
    return rows.length
  } finally {
    database.close()
  }
}
