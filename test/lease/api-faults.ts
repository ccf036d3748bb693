/** What every broker over HTTP does when its backend does not answer as it should. */
import { expect, it } from 'vitest'
import type { CredentialBroker } from '../../src/lease/ports.ts'
import type { ApiServer, Told } from './api-server.ts'
import { type clockAt, requestFor, SIGNAL } from './lease-request.ts'

const OVERSIZED = 'x'.repeat(1024 * 1024 + 1)
const CANARY = 'canary-said-by-the-backend'

/** Status or fault, what it means to the lender, and what its message says. */
const FAULTS: readonly (readonly [
  string,
  Told,
  'broker_unreachable' | 'broker_refused',
  RegExp,
])[] = [
  ['403', { status: 403, text: CANARY }, 'broker_refused', /403/],
  ['404', { status: 404, text: CANARY }, 'broker_refused', /404/],
  [
    '429',
    { status: 429, headers: { 'retry-after': '7' } },
    'broker_unreachable',
    /429, and to wait 7 s/,
  ],
  ['500', { status: 500, text: CANARY }, 'broker_unreachable', /500/],
  ['503', { status: 503, headers: { 'retry-after': 'soon' } }, 'broker_unreachable', /503$/],
  [
    'a redirect',
    { status: 307, headers: { location: 'http://127.0.0.1:1/' } },
    'broker_refused',
    /307/,
  ],
  [
    'text',
    { status: 200, text: CANARY },
    'broker_refused',
    /not (JSON|as documented)|answered 200/,
  ],
  [
    'another shape',
    { status: 200, json: { canary: CANARY } },
    'broker_refused',
    /not as documented|answered 200/,
  ],
  ['no end', { status: 200, text: OVERSIZED }, 'broker_refused', /larger than 1048576 bytes/],
  ['a broken connection', 'break', 'broker_unreachable', /connection failed/],
]

export function toldAsTheyAre(
  of: () => {
    readonly broker: CredentialBroker
    readonly server: ApiServer
    readonly clock: ReturnType<typeof clockAt>
    /** Path of the first request of an issue. */
    readonly path: RegExp
    readonly ttlMs: number
    readonly secrets: readonly string[]
  },
): void {
  it.each(FAULTS)(
    'takes %s for what it is, and repeats nothing of it',
    async (what, told, code, text) => {
      const { broker, server, clock, path, ttlMs, secrets } = of()
      server.interrupt(path, told)
      const request = requestFor(clock, { lease: `fault-${what.replaceAll(' ', '-')}`, ttlMs })
      const error = await broker.issue(request, SIGNAL).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code, message: expect.stringMatching(text) })
      for (const secret of [...secrets, CANARY]) expect(String(error)).not.toContain(secret)
      // Nothing of the failed try is left: the next one works.
      expect(await broker.issue(request, SIGNAL)).toHaveProperty('material')
    },
  )

  it('is given up with the call that waits for it', async () => {
    const { broker, server, clock, path, ttlMs } = of()
    server.interrupt(path, 'silence')
    const giveUp = new AbortController()
    const before = server.asked.length
    const answer = broker.issue(requestFor(clock, { lease: 'slow', ttlMs }), giveUp.signal)
    while (server.asked.length === before) await new Promise((next) => setImmediate(next))
    giveUp.abort()
    await expect(answer).rejects.toThrow(
      expect.objectContaining({ code: 'broker_unreachable', message: 'no answer in time' }),
    )
  })

  it('gives one credential to whoever asks again for a lease, and refuses another scope', async () => {
    const { broker, server, clock, ttlMs } = of()
    const request = requestFor(clock, { lease: 'twice', ttlMs })
    const [one, two] = await Promise.all([
      broker.issue(request, SIGNAL),
      broker.issue(request, SIGNAL),
    ])
    expect(two.material).toBe(one.material)
    const before = server.asked.length
    await broker.issue(request, SIGNAL)
    expect(server.asked).toHaveLength(before)
    const other = requestFor(
      clock,
      { lease: 'twice', ttlMs },
      { targets: [{ kind: 'device', id: 'web-9' }] },
    )
    await expect(broker.issue(other, SIGNAL)).rejects.toThrow(/given for another scope/)
  })

  it('refuses a tool without terms and a life it does not lend for, and asks nobody', async () => {
    const { broker, server, clock, ttlMs } = of()
    const before = server.asked.length
    const other = requestFor(clock, { lease: 'other', ttlMs }, { tool: 'log__unknown' })
    await expect(broker.issue(other, SIGNAL)).rejects.toThrow(/nothing is lent for the tool/)
    const long = requestFor(clock, { lease: 'long', ttlMs: 100_000_000 })
    await expect(broker.issue(long, SIGNAL)).rejects.toThrow(/it lends for/)
    expect(server.asked).toHaveLength(before)
  })
}
