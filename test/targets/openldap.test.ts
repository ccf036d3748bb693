import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Client } from 'ldapts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasPrograms, type RealPlane, startReal } from './real-plane.ts'

const CAN_RUN = hasPrograms('slapd', 'slapadd')
const BASE = 'ou=people,dc=soc,dc=example'
const USER = { dn: `uid=mallory,${BASE}`, password: 'correct horse' }
const BROKER = { dn: 'cn=broker,dc=soc,dc=example', password: 'broker-secret' }

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
const ENTRIES = {
  disable_account: change('stop', 'enable_account', false),
  enable_account: change('start', 'disable_account', true),
  account_status: { effect: 'read', verb: 'query', target: account },
}

let folder: string
let slapd: ChildProcess
let url: string
let real: RealPlane

/** ppolicy's schema is part of slapd 2.5; the broker may change the lock and nothing else. */
const configOf = (data: string) => `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile ${data}/slapd.pid
database mdb
suffix "dc=soc,dc=example"
directory ${data}
access to attrs=pwdAccountLockedTime by dn.exact="${BROKER.dn}" manage by * none
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${BROKER.dn}" read by * none
overlay ppolicy
ppolicy_default "cn=default,dc=soc,dc=example"
`

const PEOPLE = `
dn: dc=soc,dc=example
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

dn: ${USER.dn}
objectClass: inetOrgPerson
uid: mallory
cn: Mallory
sn: M
userPassword: ${USER.password}
`

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const bound = server.address()
  await new Promise((done) => server.close(done))
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  return bound.port
}

/** Seen from outside: whether the account can log in. */
async function canBind(): Promise<boolean> {
  const client = new Client({ url, timeout: 3_000, connectTimeout: 3_000 })
  try {
    await client.bind(USER.dn, USER.password)
    return true
  } catch {
    return false
  } finally {
    await client.unbind().catch(() => undefined)
  }
}

async function startDirectory(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'countersign-ldap-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  const config = join(folder, 'slapd.conf')
  const people = join(folder, 'people.ldif')
  writeFileSync(config, configOf(data))
  writeFileSync(people, PEOPLE.trimStart())
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }
  execFileSync('slapadd', ['-f', config, '-l', people], { env, stdio: 'pipe' })
  url = `ldap://127.0.0.1:${await freePort()}/`
  // With a debug level it stays in the foreground and is ours to stop.
  slapd = spawn('slapd', ['-f', config, '-h', url, '-d', '0'], { env, stdio: 'ignore' })
  for (let tries = 0; tries < 100 && !(await canBind()); tries++) {
    if (slapd.exitCode !== null) throw new Error(`slapd ended with ${slapd.exitCode}`)
    await new Promise((done) => setImmediate(done))
  }
}

describe.skipIf(!CAN_RUN)('OpenLDAP with its password policy (slapd)', () => {
  beforeAll(async () => {
    await startDirectory()
    const upstream = {
      id: 'ldap',
      transport: 'stdio',
      command: process.execPath,
      args: [resolve(import.meta.dirname, '../../range/targets/ldap-mcp.ts')],
      env: {
        LDAP_URL: url,
        LDAP_BASE: BASE,
        LDAP_BIND_DN: BROKER.dn,
        LDAP_PASSWORD: BROKER.password,
      },
      trustsShippedEntries: false,
    } as const
    real = await startReal(upstream, ENTRIES, [['account', 'mallory']])
  }, 90_000)
  afterAll(async () => {
    await real?.plane.close()
    slapd?.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  it('disables an account and enables it again, both felt by who logs in [R63]', async () => {
    expect(await canBind()).toBe(true)
    const call = await real.done('disable_account', { account: 'mallory' })
    expect(await canBind()).toBe(false)
    await real.undone(call)
    expect(await canBind()).toBe(true)
  }, 60_000)
})
