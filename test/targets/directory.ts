/**
 * OpenLDAP with its password policy on a free port of loopback, in a folder of its own, with accounts, a broker that
 * may lock them and nothing else, and a log of every change it made (slapo-auditlog).
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Client } from 'ldapts'
import { compiledCode } from '../../range/settings.ts'
import type { UpstreamConfig } from '../../src/config.ts'
import { freePort } from './free-port.ts'

const BASE = 'ou=people,dc=soc,dc=example'
const PASSWORD = 'correct horse'
const BROKER = { dn: 'cn=broker,dc=soc,dc=example', password: 'broker-secret' }

export type Directory = {
  readonly upstream: Extract<UpstreamConfig, { readonly transport: 'stdio' }>
  /** Seen from outside: whether the account can log in. */
  readonly canBind: (account: string) => Promise<boolean>
  /** Every change of an account's lock, in order, as slapd wrote it down when it made it. */
  readonly changes: () => readonly { readonly account: string; readonly locks: boolean }[]
  readonly stop: () => void
}

const account = { kind: 'account', from: 'args.account' }
const enabledIs = (value: boolean) => ({
  tool: 'account_status',
  arguments: { account: 'args.account' },
  expect: `result.structuredContent.enabled == ${value}`,
})
const change = (verb: string, inverse: string, isEnabled: boolean) => ({
  effect: 'identity',
  verb,
  target: account,
  reversibility: 'reversible',
  inverse: { tool: inverse, arguments: { account: 'args.account' } },
  preimage: { tool: 'account_status', arguments: { account: 'args.account' } },
  probe: enabledIs(isEnabled),
})

/** As a platform engineer would write them. */
export const DIRECTORY_ENTRIES = {
  disable_account: change('stop', 'enable_account', false),
  enable_account: change('start', 'disable_account', true),
  account_status: { effect: 'read', verb: 'query', target: account },
}

/** ppolicy's schema is part of slapd 2.5; the broker may change the lock and nothing else. */
const configOf = (folder: string) => `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
moduleload auditlog
pidfile ${folder}/slapd.pid
database mdb
suffix "dc=soc,dc=example"
directory ${folder}/data
access to attrs=pwdAccountLockedTime by dn.exact="${BROKER.dn}" manage by * none
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${BROKER.dn}" read by * none
overlay ppolicy
ppolicy_default "cn=default,dc=soc,dc=example"
overlay auditlog
auditlog ${folder}/audit.ldif
`

const HEAD = `dn: dc=soc,dc=example
objectClass: dcObject
objectClass: organization
o: SOC
dc: soc

dn: cn=default,dc=soc,dc=example
objectClass: device
objectClass: pwdPolicy
cn: default
pwdAttribute: userPassword
pwdLockout: TRUE

dn: ou=people,dc=soc,dc=example
objectClass: organizationalUnit
ou: people

dn: ${BROKER.dn}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: broker
userPassword: ${BROKER.password}
`

const personOf = (name: string) => `
dn: uid=${name},${BASE}
objectClass: inetOrgPerson
uid: ${name}
cn: ${name}
sn: ${name}
userPassword: ${PASSWORD}
`

export async function startDirectory(accounts: readonly string[]): Promise<Directory> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-ldap-'))
  mkdirSync(join(folder, 'data'))
  const config = join(folder, 'slapd.conf')
  const people = join(folder, 'people.ldif')
  writeFileSync(config, configOf(folder))
  writeFileSync(people, HEAD + accounts.map(personOf).join(''))
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }
  execFileSync('slapadd', ['-f', config, '-l', people], { env, stdio: 'pipe' })
  const url = `ldap://127.0.0.1:${await freePort()}/`
  // With a debug level it stays in the foreground and is ours to stop.
  const slapd = spawn('slapd', ['-f', config, '-h', url, '-d', '0'], { env, stdio: 'ignore' })
  const canBind = (name: string) => binds(url, name)
  for (let tries = 0; tries < 100 && !(await canBind(accounts[0] ?? '')); tries++) {
    if (slapd.exitCode !== null) throw new Error(`slapd ended with ${slapd.exitCode}`)
    await new Promise((done) => setImmediate(done))
  }
  return {
    upstream: {
      id: 'ldap',
      transport: 'stdio',
      command: process.execPath,
      args: [resolve(import.meta.dirname, '../../range/targets/ldap-mcp.ts')],
      env: {
        ...compiledCode(),
        LDAP_URL: url,
        LDAP_BASE: BASE,
        LDAP_BIND_DN: BROKER.dn,
        LDAP_PASSWORD: BROKER.password,
      },
      trustsShippedEntries: false,
    },
    canBind,
    changes: () => changesIn(join(folder, 'audit.ldif')),
    stop: () => {
      slapd.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function binds(url: string, name: string): Promise<boolean> {
  const client = new Client({ url, timeout: 3_000, connectTimeout: 3_000 })
  try {
    await client.bind(`uid=${name},${BASE}`, PASSWORD)
    return true
  } catch {
    return false
  } finally {
    await client.unbind().catch(() => undefined)
  }
}

function changesIn(file: string): readonly { account: string; locks: boolean }[] {
  if (!existsSync(file)) return []
  const records = readFileSync(file, 'utf8').split(/^# modify /m)
  return records.flatMap((record) => {
    const account = /^dn: uid=([a-z0-9-]+),/m.exec(record)?.[1]
    const verb = /^(replace|delete): pwdAccountLockedTime$/m.exec(record)?.[1]
    return account === undefined || verb === undefined
      ? []
      : [{ account, locks: verb === 'replace' }]
  })
}
