import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { enrol, makePracticeKey, placeOf } from '../../range/practice-passkey.ts'
import { openConsole } from '../../src/cli/gateway-client.ts'
import { changedPasskey, passkeyOptions } from '../../src/contract/passkeys.ts'
import { addPerson, type Plane, startPlane, type TestPerson } from '../harness/plane.ts'
import { run } from './terminal.ts'

let plane: Plane
beforeAll(async () => {
  plane = await startPlane({ upstreams: [] })
}, 60_000)
afterAll(() => plane?.close())

const as = ({ token }: TestPerson, types?: readonly string[]) => ({
  url: plane.gateway.baseUrl,
  token,
  ...(types === undefined ? {} : { types }),
})

/** Follows the link as a browser would, and puts a key of software on record. */
async function enrolBehind(link: string) {
  const { baseUrl } = plane.gateway
  const console = await openConsole(baseUrl, new URL(link).hash.slice(1))
  const { options } = await console.send(
    'POST',
    '/api/v1/passkeys/options',
    undefined,
    passkeyOptions,
  )
  const credential = enrol(makePracticeKey(), String(options.challenge), placeOf(baseUrl))
  const body = { name: 'blue key', credential }
  return (await console.send('POST', '/api/v1/passkeys', body, changedPasskey)).passkey
}

async function waiting(name: string) {
  const person = await addPerson(plane.gateway, name, ['analyst'])
  const { code, out, err } = await run(as(plane.petra), 'passkey', 'enrol', '--for', name)
  expect([code, err]).toEqual([0, expect.stringContaining(`Give it to ${name} alone.`)])
  expect(out).toContain('/login?to=%2Fpeople#cs_login_')
  return { person, passkey: await enrolBehind(out.trim()) }
}
const spoken = (key: string) => key.slice('sha256:'.length).slice(0, 8)

describe('passkeys on the command line', () => {
  it('let a person in, and count once somebody else heard the right characters', async () => {
    const { passkey } = await waiting('Uma')
    const pending = await run(as(plane.dana), 'passkey', 'list', '--person', 'Uma')
    expect(pending.out).toMatch(/Uma +blue key +pending/)
    expect(pending.out).not.toContain(spoken(passkey.key))
    const heard = `${spoken(passkey.key).slice(0, 4)} ${spoken(passkey.key).slice(4).toUpperCase()}`
    const vouched = await run(as(plane.dana, [heard]), 'passkey', 'vouch', passkey.id.slice(-8))
    expect([vouched.code, vouched.err]).toEqual([0, expect.stringContaining('Ask Uma')])
    expect((await run(as(plane.dana), 'passkey', 'list')).out).toMatch(/blue key +active +Dana/)
  })

  it.each([
    ['another key than was heard', 'dana', 'seen_digest_mismatch'],
    ['by whoever let its person in', 'petra', 'not_permitted'],
    ['by somebody who leads nobody', 'alex', 'not_permitted'],
  ] as const)('are not vouched for: %s', async (what, who, code) => {
    const { passkey } = await waiting(`Vic-${who}`)
    const heard = what.startsWith('another') ? '0000 0000' : spoken(passkey.key)
    const ran = await run(as(plane[who]), 'passkey', 'vouch', passkey.id, '--heard', heard)
    expect(ran.code).not.toBe(0)
    expect(ran.err).toContain(`error ${code}: `)
    const { out } = await run(as(plane.dana), 'passkey', 'list', '--person', `Vic-${who}`)
    expect(out).toMatch(/pending/)
  })

  it('are ended for one of the reasons there are', async () => {
    const { passkey } = await waiting('Wes')
    const odd = await run(as(plane.dana), 'passkey', 'revoke', passkey.id, '--reason', 'bored')
    expect([odd.code, odd.err]).toEqual([2, expect.stringContaining('lost, stolen, replaced')])
    const ended = await run(as(plane.dana), 'passkey', 'revoke', passkey.id, '--reason', 'lost')
    expect(ended).toMatchObject({ code: 0 })
    const { out } = await run(as(plane.dana), 'passkey', 'list', '--person', 'Wes')
    expect(out).toMatch(/blue key +revoked/)
  })

  it('have nobody let somebody else in but a platform engineer', async () => {
    const ran = await run(as(plane.dana), 'passkey', 'enrol', '--for', 'Alex')
    expect([ran.code, ran.err]).toEqual([6, expect.stringContaining('not_permitted')])
  })
})
