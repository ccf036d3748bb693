/** The directory's accounts: what the directory server changes and the login page checks. */
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { ACCOUNTS } from './seed.ts'
import { type StateFile, stateFile } from './state-file.ts'

export type Account = {
  readonly name: string
  readonly displayName: string
  readonly groups: readonly string[]
  readonly isEnabled: boolean
  readonly disabledReason: string | null
  /** Hex; with `passwordHash` all that is kept of a password. */
  readonly salt: string
  readonly passwordHash: string
}

export type Accounts = { readonly accounts: readonly Account[] }

const SALT_BYTES = 16
const HASH_BYTES = 32
/** scrypt with a small N: a practice login is tried in tests, and these passwords protect nothing. */
const SCRYPT = { N: 1024, r: 8, p: 1 } as const

/** The shared account store below the range's data directory, seeded with the practice accounts. */
export function openAccounts(dataDir: string): StateFile<Accounts> {
  const accounts = ACCOUNTS.map((seed) => ({
    name: seed.name,
    displayName: seed.displayName,
    groups: seed.groups,
    isEnabled: true,
    disabledReason: null,
    // The salt of a seed account follows from its name, so that every program that opens the store before its
    // first change sees the same accounts.
    ...hashed(seed.password, Buffer.from(seed.name.padEnd(SALT_BYTES, '.'))),
  }))
  return stateFile<Accounts>(join(dataDir, 'accounts.json'), { accounts })
}

export function findAccount(accounts: Accounts, name: string): Account | undefined {
  return accounts.accounts.find((account) => account.name === name.toLowerCase())
}

/** The accounts with the members of one replaced; the same accounts when there is none of that name. */
export function withAccount(accounts: Accounts, name: string, changed: Partial<Account>): Accounts {
  const target = name.toLowerCase()
  return {
    accounts: accounts.accounts.map((each) =>
      each.name === target ? { ...each, ...changed } : each,
    ),
  }
}

/** Salt and hash to store for a password. */
export function hashed(
  password: string,
  salt: Buffer = randomBytes(SALT_BYTES),
): Pick<Account, 'salt' | 'passwordHash'> {
  return {
    salt: salt.toString('hex'),
    passwordHash: scryptSync(password, salt, HASH_BYTES, SCRYPT).toString('hex'),
  }
}

export function passwordFits(account: Account, password: string): boolean {
  const given = hashed(password, Buffer.from(account.salt, 'hex')).passwordHash
  return timingSafeEqual(Buffer.from(given), Buffer.from(account.passwordHash))
}
