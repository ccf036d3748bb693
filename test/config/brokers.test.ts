import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { codeOf } from '../../src/kernel/failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-brokers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, 'secrets'))
writeFileSync(join(folder, 'secrets', 'one'), 'canary-secret\n')
writeFileSync(join(folder, 'secrets', 'empty'), '\n')
writeFileSync(join(folder, 'policy.json'), '{"Version":"2012-10-17"}')

const KINDS = {
  postgres: `kind: postgres, host: db.example.test, database: logs, user: lender, password_file: secrets/one,
    terms: [{ tools: [log__search], roles: [soc_read] }]`,
  ssh: `kind: ssh, authority_file: keys/ca, sources: [10.0.0.5/32],
    revocation: { file: keys/revoked, reaches_seconds: 60 },
    terms: [{ tools: ['hosts__*'], principal: soc, command: 'collect {device}' }]`,
  vault: `kind: vault, url: https://vault.example.test, token_file: secrets/one,
    terms: [{ tools: [log__search], policies: [soc-read], path: database/creds/readonly }]`,
  aws: `kind: aws, region: eu-central-1, access_key_id_file: secrets/one, secret_access_key_file: secrets/one,
    terms: [{ tools: [ec2__stop], role_arn: 'arn:aws:iam::1:role/soc', policy_file: policy.json }]`,
  github: `kind: github, app: Iv1.x, installation: '42', private_key_file: secrets/one,
    terms: [{ tools: [rules__read], repositories: [rules], permissions: { contents: read } }]`,
  oauth: `kind: oauth, token_url: https://idp.example.test/token, client_id: gateway, client_secret_file: secrets/one,
    terms: [{ tools: [log__search], scopes: [logs.read] }]`,
} as const

function read(broker: string) {
  const path = join(folder, 'countersign.yaml')
  writeFileSync(path, `brokers:\n  - { id: one, ${broker} }\n`)
  return readConfig({ COUNTERSIGN_CONFIG: path }).brokers?.[0]
}

function complaint(broker: string): string {
  try {
    read(broker)
  } catch (error) {
    return `${codeOf(error)}: ${error instanceof Error ? error.message : ''}`
  }
  return 'nothing'
}

describe('a broker in the configuration', () => {
  it.each(Object.entries(KINDS))('of kind %s is read, without a secret in it', (kind, text) => {
    const spec = read(text)
    expect(spec).toMatchObject({ id: 'one', kind, maxTtlMs: 900_000 })
    expect(JSON.stringify(spec)).not.toContain('canary')
  })

  it('names files from where it lies, and reads a secret anew each time', () => {
    expect(read(KINDS.ssh)).toMatchObject({
      authorityFile: join(folder, 'keys', 'ca'),
      revocation: { file: join(folder, 'keys', 'revoked'), reachesMs: 60_000 },
    })
    const spec = read(KINDS.vault)
    if (spec?.kind !== 'vault') throw new Error('another kind')
    expect(spec.token()).toBe('canary-secret')
    writeFileSync(join(folder, 'secrets', 'one'), 'canary-other\n')
    expect(spec.token()).toBe('canary-other')
  })

  it('takes the session policy from its file and the endpoint from the region', () => {
    expect(read(KINDS.aws)).toMatchObject({
      url: 'https://sts.eu-central-1.amazonaws.com/',
      terms: [{ policy: '{"Version":"2012-10-17"}' }],
    })
  })

  it.each([
    ['an unknown key', `${KINDS.vault}, max_ttl: 3`, /config_invalid: .*max_ttl/],
    ['a secret in the file itself', `${KINDS.vault}, token: s.abc`, /config_invalid: .*token/],
    [
      'a secret file that is not there',
      KINDS.vault.replace('secrets/one', 'secrets/two'),
      /cannot be read/,
    ],
    ['an empty secret file', KINDS.vault.replace('secrets/one', 'secrets/empty'), /is empty/],
    ['a Vault in clear', KINDS.vault.replace('https', 'http'), /must be https/],
    ['a database elsewhere in clear', `${KINDS.postgres}, security: none`, /reached with tls/],
    ['certificates that hold from anywhere', KINDS.ssh.replace('[10.0.0.5/32]', '[]'), /sources/],
    ['terms for no tool', KINDS.oauth.replace('[log__search]', '[]'), /tools/],
    [
      'no terms',
      `kind: oauth, token_url: https://x.test/, client_id: a, client_secret_file: secrets/one, terms: []`,
      /terms/,
    ],
    ['a kind that is not there', 'kind: keepass', /kind/],
  ])('is refused for %s, by its name', (_what, text, message) => {
    expect(complaint(text)).toMatch(message)
    expect(complaint(text)).toMatch(/^config_invalid/)
  })
})
