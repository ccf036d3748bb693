/**
 * The profile: where the gateway is, and in which files the API tokens of people lie. `init` and the demo write
 * it beside the data; `--as NAME` picks a person of it. Tokens stand in files of their own that only their
 * owner can read, never in the profile and never on a command line.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { Failure } from '../kernel/failure.ts'

const file = z.strictObject({
  base_url: z.url(),
  people: z.record(
    z.string(),
    // A passkey in a file is for practice: whoever reads it signs as this person.
    z.strictObject({ token_file: z.string(), passkey_file: z.string().optional() }),
  ),
})
export type Profile = z.output<typeof file>

/** Group and others. */
const FOREIGN_BITS = 0o077

/** Undefined when there is no such file. Throws `config_invalid`, naming the place. */
export function readProfile(path: string): Profile | undefined {
  if (!existsSync(path)) return undefined
  const result = file.safeParse(parsed(path))
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new Failure('config_invalid', `${path}: ${issue?.path.join('.')}: ${issue?.message}`)
}

/** Writes the profile and the tokens that are new, each into `tokens/<name>`; older token files stay. */
export function writeProfile(
  path: string,
  baseUrl: string,
  tokens: Readonly<Record<string, string>>,
): Profile {
  const people = { ...readProfile(path)?.people }
  for (const [name, token] of Object.entries(tokens)) {
    const tokenFile = `tokens/${name}`
    writeSecret(pathBeside(path, tokenFile), token)
    people[name] = { ...people[name], token_file: tokenFile }
  }
  const profile: Profile = { base_url: baseUrl, people }
  writeSecret(path, JSON.stringify(profile, undefined, 2))
  return profile
}

/** The token of a person of the profile. Throws `not_authenticated` naming who is known, `config_invalid`. */
export function tokenOf(path: string, profile: Profile, name: string): string {
  const entry = Object.hasOwn(profile.people, name) ? profile.people[name] : undefined
  if (entry === undefined) {
    const known = Object.keys(profile.people).join(', ')
    throw new Failure(
      'not_authenticated',
      `${path} knows no "${name}"; it knows ${known || 'nobody'}`,
    )
  }
  return readSecret(pathBeside(path, entry.token_file))
}

/** Puts a practice passkey into `passkeys/<name>` and names it in the profile. */
export function writePasskey(path: string, name: string, key: string): void {
  const profile = readProfile(path)
  const person = profile?.people[name]
  if (profile === undefined || person === undefined)
    throw new Failure('config_invalid', `${path} knows no "${name}"`)
  const passkeyFile = `passkeys/${name}`
  writeSecret(pathBeside(path, passkeyFile), key)
  const people = { ...profile.people, [name]: { ...person, passkey_file: passkeyFile } }
  writeSecret(path, JSON.stringify({ ...profile, people }, undefined, 2))
}

/** A file that the profile names from its own folder. */
export function pathBeside(profile: string, file: string): string {
  return resolve(dirname(profile), file)
}

/** A secret from a file that only its owner can read. Throws `config_invalid`. */
export function readSecret(path: string): string {
  if (!existsSync(path)) throw new Failure('config_invalid', `${path} does not exist`)
  if ((statSync(path).mode & FOREIGN_BITS) !== 0) {
    throw new Failure('config_invalid', `${path} can be read by others; run chmod 600 on it`)
  }
  return readFileSync(path, 'utf8').trim()
}

/** Writes a file that only its owner can read, making its folder so too. */
export function writeSecret(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, `${text}\n`, { mode: 0o600 })
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Failure('config_invalid', `${path} is not JSON`, { cause })
  }
}
