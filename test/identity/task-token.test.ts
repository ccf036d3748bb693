import type { CryptoKey } from 'jose'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { JwtTokenSigner } from '../../src/adapters/token-signer.ts'
import { openTokenSigner } from '../../src/adapters/token-signer.ts'
import { codeOf } from '../../src/kernel/failure.ts'
import type { TokenContent } from '../../src/task/ports.ts'

const ISSUER = 'http://countersign.test'
const AUDIENCE = `${ISSUER}/mcp`
const NOW_MS = 1_782_900_000_000
const CONTENT: TokenContent = {
  tenant: 'main',
  agent: '01900000-0000-7000-8000-000000000001',
  task: '01900000-0000-7000-8000-000000000002',
  onBehalfOf: '01900000-0000-7000-8000-000000000003',
  tokenId: '01900000-0000-7000-8000-000000000004',
  expiresAtMs: NOW_MS + 300_000,
  agentSubject: 'spiffe://soc.example/triage',
  caseId: '01900000-0000-7000-8000-000000000005',
  purpose: 'investigate',
  scope: [],
}

describe('a task token', () => {
  let privateJwk: Record<string, unknown>
  let key: CryptoKey
  let signer: JwtTokenSigner
  beforeAll(async () => {
    const pair = await generateKeyPair('ES256', { extractable: true })
    key = pair.privateKey
    privateJwk = (await exportJWK(pair.privateKey)) as Record<string, unknown>
    signer = await openTokenSigner({ issuer: ISSUER, audience: AUDIENCE, privateJwk })
  })
  const codeOfReading = async (token: string, nowMs = NOW_MS): Promise<string> =>
    signer.read(token, nowMs).then(
      () => 'read',
      (error: unknown) => codeOf(error),
    )

  it('says what it was signed with', async () => {
    const claims = await signer.read(await signer.sign(CONTENT, NOW_MS), NOW_MS)
    const { tenant, agent, task, onBehalfOf, tokenId, expiresAtMs } = CONTENT
    expect(claims).toEqual({ tenant, agent, task, onBehalfOf, tokenId, expiresAtMs })
  })

  it('expires to the second and is refused afterwards', async () => {
    const token = await signer.sign(CONTENT, NOW_MS)
    expect(await codeOfReading(token, NOW_MS + 299_999)).toBe('read')
    expect(await codeOfReading(token, NOW_MS + 300_000)).toBe('token_expired')
  })

  it('that was read before is refused when it is over, and so is a changed copy of it', async () => {
    const token = await signer.sign(CONTENT, NOW_MS)
    for (const atMs of [NOW_MS, NOW_MS + 1_000, NOW_MS + 299_999])
      expect(await codeOfReading(token, atMs)).toBe('read')
    const [head, body, signature = ''] = token.split('.')
    const bent = [...signature.slice(0, 10)].reverse().join('') + signature.slice(10)
    expect(await codeOfReading(`${head}.${body}.${bent}`)).toBe('not_authenticated')
    expect(await codeOfReading(token, NOW_MS + 300_000)).toBe('token_expired')
    // A clock that was set back does not revive what it read before, beyond what the token itself says.
    expect(await codeOfReading(token, NOW_MS + 299_999)).toBe('read')
  })

  it('is never signed for more than five minutes', async () => {
    const long = { ...CONTENT, expiresAtMs: NOW_MS + 301_000 }
    await expect(signer.sign(long, NOW_MS)).rejects.toMatchObject({ code: 'internal' })
  })

  it('changed in any part is refused', async () => {
    const parts = (await signer.sign(CONTENT, NOW_MS)).split('.')
    const payload = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString()) as object
    const forged = Buffer.from(JSON.stringify({ ...payload, tenant: 'other' })).toString(
      'base64url',
    )
    expect(await codeOfReading([parts[0], forged, parts[2]].join('.'))).toBe('not_authenticated')
    expect(await codeOfReading('')).toBe('not_authenticated')
    expect(await codeOfReading('x'.repeat(100_000))).toBe('not_authenticated')
  })

  describe('signed with our own key but not by us', () => {
    const claims = {
      client_id: CONTENT.agent,
      tenant: 'main',
      task: CONTENT.task,
      act: { sub: CONTENT.agentSubject },
    }
    const forged = (
      change: Readonly<Record<string, unknown>>,
      header: Readonly<Record<string, unknown>> = {},
    ): Promise<string> => {
      const nowS = NOW_MS / 1000
      const standard = {
        iss: ISSUER,
        sub: CONTENT.onBehalfOf,
        aud: AUDIENCE,
        jti: 'x',
        iat: nowS,
        exp: nowS + 60,
      }
      const all = Object.entries({ ...standard, ...claims, ...change })
      return new SignJWT(Object.fromEntries(all.filter(([, value]) => value !== undefined)))
        .setProtectedHeader({
          alg: 'ES256',
          typ: 'at+jwt',
          kid: signer.keySet.keys[0]?.kid ?? '',
          ...header,
        })
        .sign(key)
    }
    const rows: readonly (readonly [
      string,
      Record<string, unknown>,
      Record<string, unknown>,
      string,
    ])[] = [
      ['another audience', { aud: 'https://elsewhere.example' }, {}, 'token_wrong_audience'],
      ['a prefix of the audience', { aud: ISSUER }, {}, 'token_wrong_audience'],
      [
        'a second audience',
        { aud: [AUDIENCE, 'https://elsewhere.example'] },
        {},
        'token_wrong_audience',
      ],
      ['our audience in a list', { aud: [AUDIENCE] }, {}, 'token_wrong_audience'],
      ['another issuer', { iss: 'https://elsewhere.example' }, {}, 'not_authenticated'],
      ['another type', {}, { typ: 'JWT' }, 'not_authenticated'],
      ['another key id', {}, { kid: 'another' }, 'not_authenticated'],
      ['no tenant', { tenant: undefined }, {}, 'not_authenticated'],
      ['no actor', { act: undefined }, {}, 'not_authenticated'],
      ['no expiry', { exp: undefined }, {}, 'not_authenticated'],
      ['a number for a task', { task: 7 }, {}, 'not_authenticated'],
    ]
    it('is read when nothing is bent, so that the rows below fail for their own reason', async () => {
      expect(await codeOfReading(await forged({}))).toBe('read')
    })
    for (const [what, change, header, code] of rows) {
      it(`is refused with ${what}`, async () => {
        expect(await codeOfReading(await forged(change, header))).toBe(code)
      })
    }
  })

  it('is not opened with a key that is no private P-256 key, nor with a wide leeway', async () => {
    const { d, ...publicJwk } = privateJwk
    expect(d).toBeTypeOf('string')
    const other = await exportJWK(
      (await generateKeyPair('ES384', { extractable: true })).privateKey,
    )
    for (const bad of [publicJwk, other as Record<string, unknown>, {}]) {
      await expect(
        openTokenSigner({ issuer: ISSUER, audience: AUDIENCE, privateJwk: bad }),
      ).rejects.toMatchObject({ code: 'config_invalid' })
    }
    await expect(
      openTokenSigner({ issuer: ISSUER, audience: AUDIENCE, privateJwk, leewayS: 6 }),
    ).rejects.toMatchObject({ code: 'config_invalid' })
  })
})
