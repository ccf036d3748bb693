import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { codeOf } from '../../src/kernel/failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const path = join(folder, 'countersign.yaml')
const secret = join(folder, 'secrets', 'edr.token')
const EDR = `upstreams:
  - id: edr
    transport: streamable-http
    url: https://edr.example.org/mcp
    credential: { bearer_file: secrets/edr.token }
`

function read(text: string, environment: Readonly<Record<string, string>> = {}) {
  writeFileSync(path, text)
  return readConfig({ COUNTERSIGN_CONFIG: path, ...environment })
}

/** What the operator is told. */
function complaint(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return `${codeOf(error)}: ${error instanceof Error ? error.message : ''}`
  }
  return 'nothing'
}

describe('a configuration', () => {
  it('needs no file, and listens to this machine alone', () => {
    expect(readConfig({})).toMatchObject({ host: '127.0.0.1', port: 7070, upstreams: [] })
  })

  it('names files from where it lies, and the environment goes before it', () => {
    const config = read('data_dir: store\nlisten: { port: 7200 }\n')
    expect(config).toMatchObject({ dataDir: join(folder, 'store'), port: 7200 })
    const told = read('data_dir: store\n', {
      COUNTERSIGN_DATA: '/srv/data',
      COUNTERSIGN_PORT: '8080',
    })
    expect(told).toMatchObject({
      dataDir: '/srv/data',
      port: 8080,
      baseUrl: 'http://localhost:8080',
    })
  })

  it('starts a tool server where the file lies, or in a folder named from there', () => {
    const server = 'upstreams: [{ id: files, transport: stdio, command: files-server'
    expect(read(`${server} }]\n`).upstreams[0]).toMatchObject({ cwd: folder })
    expect(read(`${server}, cwd: servers }]\n`).upstreams[0]).toMatchObject({
      cwd: join(folder, 'servers'),
    })
  })

  it('takes the secrets of tool servers from files', () => {
    mkdirSync(join(folder, 'secrets'), { recursive: true })
    writeFileSync(secret, 'from-a-file\n')
    expect(read(EDR).upstreams[0]?.credential).toEqual({
      kind: 'bearer',
      value: { token: 'from-a-file' },
    })
  })
})

describe('a configuration that is wrong', () => {
  it('is refused with the place of what no YAML reader understands', () => {
    expect(complaint(() => read('listen: [\n'))).toMatch(
      /^config_invalid: .*countersign\.yaml: .*line 2/,
    )
    const twice = 'data_dir: a\ndata_dir: b\n'
    expect(complaint(() => read(twice))).toMatch(/^config_invalid: .*must be unique at line 2/)
  })

  it('is refused by the name of a key nobody knows', () => {
    expect(complaint(() => read('hold_second: 3\n'))).toMatch(/^config_invalid: .*hold_second/)
  })

  it('is refused when the secret it names is missing or empty', () => {
    rmSync(secret, { force: true })
    expect(complaint(() => read(EDR))).toBe(
      `config_invalid: the secret file ${secret} cannot be read`,
    )
    writeFileSync(secret, '\n')
    expect(complaint(() => read(EDR))).toBe(`config_invalid: the secret file ${secret} is empty`)
  })
})
