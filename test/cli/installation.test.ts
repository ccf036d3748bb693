import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
// biome-ignore lint/correctness/noUnresolvedImports: the linter's list of built-ins is older than this one
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { compiledCode } from '../../range/settings.ts'
import { sampleConfig } from '../../src/cli/sample-config.ts'
import { readConfig } from '../../src/config.ts'

const BIN = resolve(import.meta.dirname, '../../bin/countersign')
/** Each command is a process of its own that opens a whole installation; several run in one test. */
const TIMEOUT_MS = 60_000
vi.setConfig({ testTimeout: TIMEOUT_MS })

let folder: string
let port: number

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'installation-'))
  port = await freePort()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const home = () => join(folder, 'soc')
const environment = () => ({
  ...compiledCode(),
  PATH: process.env.PATH,
  COUNTERSIGN_CONFIG: join(home(), 'countersign.yaml'),
  COUNTERSIGN_DATA: join(home(), 'data'),
})

function countersign(...args: readonly string[]) {
  const ran = spawnSync(BIN, args, { encoding: 'utf8', timeout: TIMEOUT_MS, env: environment() })
  return { code: ran.status, out: ran.stdout, err: ran.stderr }
}

type Report = {
  readonly ok: boolean
  readonly checks: readonly {
    readonly name: string
    readonly state: string
    readonly detail?: string
  }[]
}
function doctor(): Report {
  return JSON.parse(countersign('doctor', '--json').out) as Report
}
/** The same whether the gateway is asked or its data directory read. */
const CREDENTIALS = [
  { name: 'borrowed credentials', state: 'ok', detail: 'none is out' },
  { name: 'sealed secrets', state: 'ok', detail: 'none is kept here' },
]
const failing = (report: Report) =>
  report.checks.filter(({ state }) => state === 'failed').map(({ name }) => name)

describe('the sample configuration', () => {
  it('is read without complaint, also with every commented line switched on', () => {
    const file = join(folder, 'sample.yaml')
    writeFileSync(file, sampleConfig(7070))
    expect(readConfig({ COUNTERSIGN_CONFIG: file })).toMatchObject({ port: 7070, upstreams: [] })
    mkdirSync(join(folder, 'secrets'))
    writeFileSync(join(folder, 'secrets', 'edr.token'), 'x')
    const all = sampleConfig(7070)
      .replace('\nupstreams: []', '')
      .replaceAll(/^# ( *(?:- )?[a-z_]+:.*)$/gm, '$1')
    writeFileSync(file, all)
    expect(readConfig({ COUNTERSIGN_CONFIG: file }).upstreams.map(({ id }) => id)).toEqual([
      'files',
      'edr',
    ])
  })
})

describe('an installation', () => {
  it('begins with init: a configuration, private data, one person, and no secret on the screen', () => {
    const args = [
      'init',
      '--directory',
      home(),
      '--email',
      'pat@soc.example',
      '--port',
      String(port),
    ]
    mkdirSync(home())
    const unnamed = countersign(...args, '--no-input')
    expect([unnamed.code, unnamed.err]).toEqual([2, expect.stringContaining('--name is needed')])
    const made = countersign(...args, '--name', 'Pat Field')
    expect([made.code, made.err]).toEqual([0, expect.stringContaining('countersign doctor')])
    expect(made.out + made.err).not.toContain('cs_person_')
    const token = join(home(), 'data', 'tokens', 'pat')
    expect(readFileSync(token, 'utf8')).toMatch(/^cs_person_/)
    expect(statSync(token).mode & 0o777).toBe(0o600)
    expect(statSync(join(home(), 'data')).mode & 0o777).toBe(0o700)
  })

  it('is never made twice over', () => {
    const again = countersign(
      'init',
      '--directory',
      home(),
      '--name',
      'Eve',
      '--email',
      'eve@soc.example',
    )
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('error conflict: ')])
  })

  it('lists every role nobody can fill as a failure, each with the next step [R155]', () => {
    const report = doctor()
    expect(report.ok).toBe(false)
    const roles = ['analyst', 'identity-owner', 'incident-commander', 'service-owner', 'shift-lead']
    expect(failing(report)).toEqual(roles.map((role) => `role ${role}`))
    const rota = report.checks.find(({ name }) => name === 'rota')
    expect(rota).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('first gap now'),
    })
    expect(report.checks).toEqual(expect.arrayContaining(CREDENTIALS))
    const text = countersign('doctor')
    expect(text.code).toBe(1)
    expect(text.out.match(/FAIL .*\n +next: /g)).toHaveLength(roles.length)
  })

  it('is checked offline, and a flipped bit in an entry exits 5', () => {
    const data = join(home(), 'data')
    const sound = countersign('ledger', 'check', '--data', data)
    expect([sound.code, sound.out]).toEqual([
      0,
      expect.stringContaining('everything they promise holds'),
    ])
    const database = new DatabaseSync(join(data, 'countersign.sqlite'))
    const row = database.prepare('select bytes from log_entry where idx = 1').get()
    const bytes = Buffer.from((row as { bytes: Uint8Array }).bytes)
    const original = Buffer.from(bytes)
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1
    database.exec('drop trigger log_entry_no_update')
    const put = database.prepare('update log_entry set bytes = ? where idx = 1')
    put.run(bytes)
    database.close()
    const flipped = countersign('ledger', 'check', '--data', data)
    expect(flipped.code).toBe(5)
    expect(failing(doctor())).toContain('ledger')
    const mended = new DatabaseSync(join(data, 'countersign.sqlite'))
    mended.prepare('update log_entry set bytes = ? where idx = 1').run(original)
    mended.close()
  })

  it('names files others can read, a missing key, and a configuration that is wrong', () => {
    const key = join(home(), 'data', 'keys', 'payload.kek')
    chmodSync(key, 0o644)
    expect(failing(doctor())).toEqual(['keys'])
    chmodSync(key, 0o600)
    const config = join(home(), 'countersign.yaml')
    const good = readFileSync(config, 'utf8')
    writeFileSync(config, good.replace('listen:', 'lisen:'))
    const wrong = countersign('doctor')
    expect(wrong.out).toMatch(/FAIL configuration .*lisen/)
    writeFileSync(config, good)
  })

  it('refuses to make a new log where a check finds none', () => {
    const { code, err } = countersign('ledger', 'check', '--data', join(folder, 'nowhere'))
    expect([code, err]).toEqual([1, expect.stringContaining('no data directory')])
  })

  it('is served until it is told to stop, and then the doctor asks the gateway', async () => {
    const child = spawn(BIN, ['serve'], { env: environment(), stdio: ['ignore', 'pipe', 'ignore'] })
    try {
      const [line] = await once(child.stdout, 'data')
      expect(String(line)).toBe(`http://localhost:${port} is ready.\n`)
      const report = doctor()
      expect(report.checks).toContainEqual(
        expect.objectContaining({ name: 'gateway policy', state: 'ok' }),
      )
      expect(failing(report)).not.toContain('store')
      expect(report.checks).toEqual(expect.arrayContaining(CREDENTIALS))
      const second = countersign('ledger', 'check', '--data', join(home(), 'data'))
      expect([second.code, second.err]).toEqual([
        1,
        expect.stringContaining('error store_locked: '),
      ])
      const taken = countersign('serve')
      expect([taken.code, taken.err]).toEqual([1, expect.stringContaining('COUNTERSIGN_PORT')])
      child.kill('SIGTERM')
      const [code] = await once(child, 'exit')
      expect(code).toBe(0)
    } finally {
      // A failed expectation must not leave a gateway behind.
      child.kill('SIGKILL')
    }
    expect(countersign('ledger', 'check', '--data', join(home(), 'data')).code).toBe(0)
  })
})
