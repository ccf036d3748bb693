/** A person at the console: logged in by link, with an authenticator made of software. */
import { expect } from 'vitest'
import type { PracticeKey } from '../../range/practice-passkey.ts'
import { assert, enrol, makePracticeKey, placeOf } from '../../range/practice-passkey.ts'
import type { Answer, RestGateway, Sending, Token } from './rest-gateway.ts'
import { BASE_URL } from './rest-gateway.ts'

/** What a browser says with a request made by a page of ours. */
export const OURS = {
  origin: BASE_URL,
  'sec-fetch-site': 'same-origin',
  'countersign-console': '1',
}

export const PLACE = placeOf(BASE_URL)

export type Console = {
  readonly send: (method: string, path: string, sending?: Sending) => Promise<Answer>
}

/** What follows the `#` of a link that `by` makes for `person`, or for themselves. */
export async function linkOf(gateway: RestGateway, by: Token, person?: string): Promise<string> {
  const body = person === undefined ? {} : { person }
  const made = await gateway.send('POST', '/api/v1/login-links', { token: by.token, body })
  expect(made.status).toBe(201)
  return String(made.json().url).split('#')[1] ?? ''
}

export function login(
  gateway: RestGateway,
  link: string,
  headers: Sending['headers'] = OURS,
): Promise<Answer> {
  return gateway.send('POST', '/api/v1/session', { body: { link }, headers })
}

export function cookieOf(answer: Answer): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}

export function consoleOf(gateway: RestGateway, cookie: string): Console {
  return {
    send: (method, path, sending = {}) =>
      gateway.send(method, path, { ...sending, headers: { cookie, ...OURS, ...sending.headers } }),
  }
}

/** The console of a person, let in by a platform engineer. */
export async function enter(
  gateway: RestGateway,
  engineer: Token,
  person: Token,
): Promise<Console> {
  const answer = await login(gateway, await linkOf(gateway, engineer, person.person.id))
  return consoleOf(gateway, cookieOf(answer))
}

export async function challengeIn(answer: Answer): Promise<string> {
  expect(answer.status).toBe(200)
  return (answer.json().options as { readonly challenge: string }).challenge
}

/** Enrols a key; what the gateway answered. */
export async function enrolKey(
  at: Console,
  key: PracticeKey = makePracticeKey(),
  oddity: Parameters<typeof enrol>[3] = {},
  place = PLACE,
): Promise<Answer> {
  const challenge = await challengeIn(await at.send('POST', '/api/v1/passkeys/options'))
  const credential = enrol(key, challenge, place, oddity)
  return at.send('POST', '/api/v1/passkeys', { body: { name: 'practice', credential } })
}

/** Logs in with the key. */
export async function loginWith(
  gateway: RestGateway,
  key: PracticeKey,
  oddity: Parameters<typeof assert>[3] = {},
): Promise<Answer> {
  const asked = await gateway.send('POST', '/api/v1/session/options')
  const assertion = assert(key, await challengeIn(asked), PLACE, oddity)
  return gateway.send('POST', '/api/v1/session', { body: { assertion }, headers: OURS })
}
