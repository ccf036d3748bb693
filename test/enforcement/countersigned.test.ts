import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Oddity } from '../../range/practice-passkey.ts'
import { assert, challengeOf, makePracticeKey, placeOf } from '../../range/practice-passkey.ts'
import { countersignatureOf } from '../../src/command/countersign.ts'
import { changePerson } from '../../src/command/register-person.ts'
import { revokePasskey } from '../../src/command/revoke-passkey.ts'
import type { Digest } from '../../src/kernel/digest.ts'
import { type AgentClient, saidBy } from '../harness/agent-client.ts'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { keyOf } from '../harness/passkeys.ts'
import { consequencesIn, decide, type RestAnswer, rest } from '../harness/people.ts'
import { addPerson, putOnDuty, type TestPerson } from '../harness/plane.ts'
import { entryDraft } from '../harness/stores.ts'

const UP = 0x01

let net: NetPlane
let agent: AgentClient
beforeAll(async () => {
  net = await startNetPlane()
})
beforeEach(async () => {
  agent = await net.newAgent()
})
afterEach(() => agent.close())
afterAll(() => net.plane.close())

type Asked = { readonly id: string; readonly digest: string; readonly target: string }

/** A held call; `owner` takes it over, because only its owner's yes releases it. */
const ask = async (owner?: TestPerson): Promise<Asked> => {
  const target = net.address()
  const id = await held(agent, target)
  const { body } = await rest(net.plane, net.plane.dana, 'GET', `/api/v1/approvals/${id}`)
  const digest = String(body.action_digest)
  const taking = { seen_digest: digest, reason: 'mine now' }
  if (owner !== undefined)
    await rest(net.plane, owner, 'POST', `/api/v1/approvals/${id}/take-over`, taking)
  return { id, target, digest }
}

/** A yes to what is asked, with this assertion. */
const yes = async (
  asked: Asked,
  assertion: unknown,
  person: TestPerson = net.plane.dana,
): Promise<RestAnswer> => {
  const path = `/api/v1/approvals/${asked.id}`
  const { body } = await rest(net.plane, person, 'GET', path)
  return rest(net.plane, person, 'POST', `${path}/approve`, {
    seen_digest: asked.digest,
    reason: 'seen in the logs',
    acknowledged: consequencesIn(body),
    ...(assertion === undefined ? {} : { assertion }),
  })
}

const signed = (digest: string, oddity: Oddity = {}, key = keyOf(net.plane.dana)) =>
  assert(key, challengeOf(digest), placeOf(net.plane.gateway.baseUrl), oddity)

const said = ({ status, body }: RestAnswer) => [status, body.code, body.detail]

const lastEntry = async () => {
  const { ledger } = net.plane.gateway.parts.store
  const { size } = await ledger.head('main')
  const [entry] = await ledger.entries('main', size - 1, size)
  return JSON.parse(new TextDecoder().decode(entry?.bytes))
}

describe('a yes to containment', () => {
  it('counts with a passkey over exactly what was shown, and the signature is in the record', async () => {
    const asked = await ask()
    const answer = await yes(asked, signed(asked.digest))
    expect(answer.body).toMatchObject({ outcome: 'released', approval: { needs_passkey: true } })
    const { store } = net.plane.gateway.parts
    const [receipt] = answer.body.receipts as unknown as { entry: string; index: number }[]
    const [entry] = await store.ledger.entries(
      'main',
      receipt?.index ?? 0,
      (receipt?.index ?? 0) + 1,
    )
    const { data } = JSON.parse(new TextDecoder().decode(entry?.bytes))
    const payload = await store.payloads.open('main', receipt?.entry ?? '', 'signature')
    if (payload.state !== 'present') throw new Error('no signature')
    expect(JSON.parse(new TextDecoder().decode(payload.bytes))).toMatchObject({
      v: 1,
      passkey: data.passkey,
      signed: asked.digest,
      credential: keyOf(net.plane.dana).credential,
      key: { kty: 'EC', crv: 'P-256' },
    })
    await agent.call('countersign_await', { approval_id: asked.id })
    expect(net.ran(asked.target)).toBe(1)
  })

  it('without one is told what to do, and nothing is released or recorded', async () => {
    const asked = await ask()
    const { ledger } = net.plane.gateway.parts.store
    const { size } = await ledger.head('main')
    const no = await yes(asked, undefined)
    expect(said(no)).toEqual([403, 'passkey_required', expect.stringContaining('contain')])
    expect(no.body.next).toBe('Decide in the console, where your device can sign.')
    expect((await ledger.head('main')).size).toBe(size)
    expect(net.ran(asked.target)).toBe(0)
  })

  type Refusal = readonly [string, (asked: Asked) => unknown, string, string]
  const OTHER_DIGEST = `sha256:${'ab'.repeat(32)}`
  const refusals: readonly Refusal[] = [
    ['of another address', ({ digest }) => foreign(digest), 'signature_invalid', 'origin'],
    ['over another digest', () => signed(OTHER_DIGEST), 'signature_invalid', 'challenge'],
    [
      'without user verification',
      ({ digest }) => signed(digest, { flags: UP }),
      'signature_invalid',
      'could not be verified',
    ],
    [
      'made inside a frame of another site',
      ({ digest }) => signed(digest, { crossOrigin: true }),
      'signature_invalid',
      'frame',
    ],
    [
      'that logs in or enrols',
      ({ digest }) => signed(digest, { type: 'webauthn.create' }),
      'signature_invalid',
      'response type',
    ],
    [
      'of a key nobody knows',
      ({ digest }) => signed(digest, {}, makePracticeKey()),
      'passkey_unknown',
      'no such passkey',
    ],
    [
      "of another person's key",
      ({ digest }) => signed(digest, {}, keyOf(net.plane.ines)),
      'passkey_unknown',
      'no such passkey',
    ],
    [
      'of another key under the name of hers',
      ({ digest }) => forged(digest),
      'signature_invalid',
      'not of this key',
    ],
    ['with a changed byte', ({ digest }) => changed(digest), 'signature_invalid', ''],
  ]
  it.each(refusals)(
    'with a signature %s is refused, and the attempt is on record',
    async (_title, make, code, why) => {
      const asked = await ask()
      const no = await yes(asked, make(asked))
      expect(said(no)).toEqual([403, code, expect.stringContaining(why)])
      expect(await lastEntry()).toMatchObject({
        type: 'access.refused',
        case: { id: net.plane.caseId },
        data: { reason: code, face: 'passkey', person: net.plane.dana.id },
      })
      expect(net.ran(asked.target)).toBe(0)
      expect((await yes(asked, signed(asked.digest))).body.outcome).toBe('released')
    },
  )

  const foreign = (digest: string) =>
    assert(keyOf(net.plane.dana), challengeOf(digest), placeOf('https://evil.example'))
  const forged = (digest: string) => ({
    ...signed(digest, {}, makePracticeKey()),
    id: keyOf(net.plane.dana).credential,
  })
  const changed = (digest: string) => {
    const given = signed(digest)
    const bytes = Buffer.from(given.response.signature, 'base64url')
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    return { ...given, response: { ...given.response, signature: bytes.toString('base64url') } }
  }

  it('with the signature of an earlier question is refused', async () => {
    const [first, second] = [await ask(), await ask()]
    const signature = signed(first.digest)
    expect((await yes(first, signature)).body.outcome).toBe('released')
    expect(said(await yes(second, signature)).slice(0, 2)).toEqual([403, 'signature_invalid'])
    expect(said(await yes(first, signature)).slice(0, 2)).toEqual([409, 'approval_closed'])
  })

  it('sent many times at once counts once', async () => {
    const asked = await ask()
    const signature = signed(asked.digest)
    const all = await Promise.all(Array.from({ length: 5 }, () => yes(asked, signature)))
    const released = all.filter(({ body }) => body.outcome === 'released')
    expect(released).toHaveLength(1)
  })

  it('with a counter that went back is refused: the key was copied', async () => {
    const rosa = await onDuty('Rosa')
    const key = keyOf(rosa)
    const first = await ask(rosa)
    await yes(first, signed(first.digest, { signCount: 7 }, key), rosa)
    const second = await ask(rosa)
    for (const signCount of [7, 3]) {
      const no = await yes(second, signed(second.digest, { signCount }, key), rosa)
      expect(said(no)).toEqual([403, 'signature_invalid', expect.stringContaining('counter')])
    }
  })

  it('with a revoked key is refused, also when it is revoked while the person decides', async () => {
    const vera = await onDuty('Vera')
    const asked = await ask(vera)
    const signature = signed(asked.digest, {}, keyOf(vera))
    const { restParts } = net.plane.gateway.parts
    const [passkey] = await restParts.passkeys.list('main', vera.id)
    const by = { kind: 'person', person: vera } as const
    await revokePasskey(restParts, { by, passkeyId: passkey?.id ?? '', reason: 'lost' })
    expect(said(await yes(asked, signature, vera))).toEqual([
      403,
      'passkey_not_active',
      'the passkey is revoked',
    ])
  })

  describe('that has not run', () => {
    const released = async (person: TestPerson) => {
      const asked = await ask(person)
      const answer = await yes(asked, signed(asked.digest, {}, keyOf(person)), person)
      expect(answer.body.outcome).toBe('released')
      return { ...asked, grant: String(answer.body.grant) }
    }
    const ways: readonly (readonly [string, string, (person: TestPerson) => Promise<unknown>])[] = [
      ['its key is revoked', 'passkey_revoked', (person) => revokeOwn(person)],
      ['who signed it is suspended', 'signer_withdrawn', (person) => suspendAndBack(person)],
    ]
    it.each(ways)('is void once %s, on record in the same commit', async (title, reason, end) => {
      const signer = await onDuty(title.includes('key') ? 'Vida' : 'Sol')
      const [first, second] = [await released(signer), await released(signer)]
      const others = await ask()
      expect((await yes(others, signed(others.digest))).body.outcome).toBe('released')
      const { ledger } = net.plane.gateway.parts.store
      const { size } = await ledger.head('main')
      await end(signer)
      const told = (await entriesFrom(size)).filter(({ type }) => type === 'grant.voided')
      expect(told.map(({ data }) => [data.grant, data.reason]).sort()).toEqual(
        [first, second].map(({ grant }) => [grant, reason]).sort(),
      )
      for (const { id, target } of [first, second]) {
        const late = await agent.call('net__block', { target }, { 'countersign/approval': id })
        expect(saidBy(late)).toMatchObject({ status: 'refused', code: 'approval_void' })
        expect(net.ran(target)).toBe(0)
      }
      await agent.call('countersign_await', { approval_id: others.id })
      expect(net.ran(others.target)).toBe(1)
    })
  })

  const entryParts = () => {
    const { nextId } = net.plane.gateway.parts.restParts
    return { nextId, clock: net.plane.clock }
  }
  const revokeOwn = async (person: TestPerson) => {
    const { restParts } = net.plane.gateway.parts
    const [passkey] = await restParts.passkeys.list('main', person.id)
    const by = { kind: 'person', person } as const
    await revokePasskey(restParts, { by, passkeyId: passkey?.id ?? '', reason: 'lost' })
  }
  /** Whoever comes back does not bring their old yes along. */
  const suspendAndBack = async ({ id: personId }: TestPerson) => {
    const by = { kind: 'system', part: 'test' } as const
    for (const state of ['suspended', 'active'] as const)
      await changePerson(net.plane.gateway.parts.restParts, { tenant: 'main', by, personId, state })
  }
  const entriesFrom = async (from: number) => {
    const { ledger } = net.plane.gateway.parts.store
    const { size } = await ledger.head('main')
    const found = await ledger.entries('main', from, size)
    return found.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)))
  }

  it('with a key nobody vouched for yet is refused and told so, and counts once somebody has', async () => {
    const nils = await onDuty('Nils')
    const { passkeys, commit } = net.plane.gateway.parts.store
    const [key] = await passkeys.list('main', nils.id)
    if (key === undefined) throw new Error('no key')
    const put = (state: 'pending' | 'active') =>
      commit('main', async (tx) => {
        await passkeys.put(tx, { ...key, state })
        return { value: undefined, entries: [entryDraft(entryParts())] }
      })
    await put('pending')
    const asked = await ask(nils)
    const no = await yes(asked, signed(asked.digest, {}, keyOf(nils)), nils)
    expect(said(no)).toEqual([403, 'passkey_not_active', 'nobody has vouched for the passkey yet'])
    expect(no.body.next).toBe('Use another one, or have it vouched for.')
    expect(await lastEntry()).toMatchObject({
      type: 'access.refused',
      data: { reason: 'passkey_not_active', face: 'passkey', person: nils.id },
    })
    expect(net.ran(asked.target)).toBe(0)
    await put('active')
    const again = await yes(asked, signed(asked.digest, {}, keyOf(nils)), nils)
    expect(again.body.outcome).toBe('released')
  })

  it('with a synced key is refused and told so where keys must be bound to a device', async () => {
    const { restParts, store } = net.plane.gateway.parts
    const { clock, dana } = net.plane
    const asked = await ask()
    const digest = asked.digest as Digest
    const [key] = await store.passkeys.list('main', dana.id)
    expect(key?.isDeviceBound).toBe(false)
    const strict = { ...restParts, clock, requireDeviceBound: true }
    const { id, response } = signed(digest)
    const assertion = { id, ...response }
    const signing = { person: dana, digest, effect: 'contain', assertion }
    const attempt = store.commit('main', async (tx) => {
      await countersignatureOf(strict, tx, signing)
      return { value: undefined, entries: [entryDraft(entryParts())] }
    })
    await expect(attempt).rejects.toMatchObject({
      code: 'passkey_not_active',
      message: 'the passkey may leave its device',
    })
    expect((await yes(asked, signed(asked.digest))).body.outcome).toBe('released')
  })

  it('by somebody who is not entitled stays advice, signed or not', async () => {
    const asked = await ask()
    const { alex } = net.plane
    expect((await yes(asked, undefined, alex)).body.outcome).toBe('advised')
    expect((await decide(net.plane, alex, 'approve', asked.id)).body.outcome).toBe('advised')
  })

  async function onDuty(name: string): Promise<TestPerson> {
    const { gateway, clock } = net.plane
    const person = await addPerson(gateway, name, ['shift-lead'])
    await putOnDuty(gateway, clock, person)
    return person
  }
})

describe('what needs no passkey', () => {
  it('is a no, and halting everything', async () => {
    const asked = await ask()
    const path = `/api/v1/approvals/${asked.id}/deny`
    const body = { seen_digest: asked.digest, reason: 'not now' }
    expect((await rest(net.plane, net.plane.dana, 'POST', path, body)).body.outcome).toBe('denied')
    const stop = { scope: 'agent', subject: net.plane.agent.id, reason: 'odd' }
    expect((await rest(net.plane, net.plane.alex, 'POST', '/api/v1/stops', stop)).status).toBe(201)
  })
})
