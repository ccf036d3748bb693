import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  acceptedFrom,
  acceptedIn,
  FAILURES_BY_SOURCE,
  suspectIn,
} from '../../range/agent-findings.ts'
import { parseAuthLine } from '../../range/auth-log.ts'
import { generateOpensshLog } from '../../range/openssh-log.ts'
import { prepare, stdioUpstreams } from '../../range/start.ts'
import { connected } from './practice.ts'

const SAMPLE = join(import.meta.dirname, '../../../shared/data/openssh/OpenSSH_2k.log')

/** What the agent finds out by SQL at the real log server that was loaded with the lines. */
async function findings(lines: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'range-log-'))
  const logFile = join(folder, 'auth.log')
  writeFileSync(logFile, lines.join('\n'))
  prepare(folder, logFile)
  const upstream = stdioUpstreams(folder).find(({ id }) => id === 'logs')
  if (upstream === undefined) throw new Error('the range has no log store')
  const logs = await connected(upstream)
  const ask = async (sql: string): Promise<unknown> => {
    const result = await logs.callTool({ name: 'execute_sql', arguments: { sql } })
    const [part] = result.content
    if (part?.type !== 'text') throw new Error('the log store answered without text')
    return JSON.parse(part.text)
  }
  const suspect = suspectIn(await ask(FAILURES_BY_SOURCE))
  const accepted = suspect === undefined ? 0 : acceptedIn(await ask(acceptedFrom(suspect.address)))
  await logs.close()
  rmSync(folder, { recursive: true })
  return { suspect, accepted }
}

describe('the generated log', () => {
  it('is the same for the same seed and another for another', () => {
    expect(generateOpensshLog(7)).toEqual(generateOpensshLog(7))
    expect(generateOpensshLog(8).lines).not.toEqual(generateOpensshLog(7).lines)
  })

  it('is in order of time, and every line can be read', () => {
    const rows = generateOpensshLog(7).lines.map(parseAuthLine)
    const instants = rows.map((row) => row?.at ?? 'unreadable')
    expect(instants).toEqual(instants.toSorted())
    expect(instants).not.toContain('unreadable')
    expect(rows.length).toBeGreaterThan(1_500)
  })

  it.each([1, 2, 3])('gives the agent the brute-forcing address (seed %i)', async (seed) => {
    const { lines, bruteForceAddress } = generateOpensshLog(seed)
    const { suspect, accepted } = await findings(lines)
    expect(suspect?.address).toBe(bruteForceAddress)
    expect(suspect?.failures).toBe(280)
    expect(accepted).toBe(0)
  })
})

describe('a log that strangers write', () => {
  const failed = (account: string, address: string) =>
    `Dec 10 07:00:00 LabSZ sshd[1]: Failed password for invalid user ${account} from ${address} port 1 ssh2`

  it('cannot put the blame on another address by what is typed as the account', () => {
    const row = parseAuthLine(failed('x from 192.0.2.1 port 9 ssh2', '203.0.113.9'))
    expect(row?.sourceAddress).toBe('203.0.113.9')
    expect(row?.account).toBe('x from 192.0.2.1 port 9 ssh2')
  })

  it('counts repeats that syslog folded into one line', async () => {
    const folded =
      'Dec 10 07:13:56 LabSZ sshd[2]: message repeated 5 times: ' +
      '[ Failed password for root from 203.0.113.5 port 42393 ssh2]'
    const single = failed('admin', '203.0.113.6')
    const { suspect } = await findings([single, single, folded])
    expect(suspect).toMatchObject({ address: '203.0.113.5', failures: 5, lead: 0.6 })
  })

  it('gives no suspect when nobody failed', async () => {
    const line =
      'Dec 10 09:32:20 LabSZ sshd[3]: Accepted password for fztu from 192.0.2.8 port 1 ssh2'
    expect((await findings([line, 'not a syslog line'])).suspect).toBeUndefined()
  })

  it('never becomes part of a statement unless it is an address', () => {
    expect(() => acceptedFrom("1.2.3.4' OR 1=1 --")).toThrow('not an IPv4 address')
  })
})

describe.skipIf(!existsSync(SAMPLE))('the sample log', () => {
  it('is loaded whole and gives the agent the brute-forcing address', async () => {
    const lines = readFileSync(SAMPLE, 'utf8').trimEnd().split('\n')
    expect(lines.map(parseAuthLine)).not.toContain(undefined)
    // Counted over the raw text, independent of the parser and of SQL.
    const counts = new Map<string, number>()
    for (const line of lines) {
      const times = Number(/message repeated (\d+) times/.exec(line)?.[1] ?? 1)
      const address = /Failed password for .* from ([\d.]+) port/.exec(line)?.[1]
      if (address !== undefined) counts.set(address, (counts.get(address) ?? 0) + times)
    }
    const [most] = [...counts].toSorted((a, b) => b[1] - a[1])
    const { suspect } = await findings(lines)
    expect([suspect?.address, suspect?.failures]).toEqual(most)
  })
})
