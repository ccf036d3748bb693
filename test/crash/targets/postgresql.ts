/** A deny list in PostgreSQL, changed under a role that is borrowed for each call. A trigger writes down every change. */
import { DENY_LIST_ENTRIES, startDenyList } from '../../targets/denylist.ts'
import type { RealTarget } from './real-target.ts'

const SECONDS = 86_400

export async function startPostgresql(count: number): Promise<RealTarget> {
  const list = await startDenyList(process.env.COUNTERSIGN_TEST_POSTGRES_URL ?? '')
  const deny = (address: string) => ({
    name: 'deny_address',
    arguments: { address, seconds: SECONDS },
  })
  const allow = (address: string) => ({ name: 'allow_address', arguments: { address } })
  const addresses = Array.from(
    { length: count },
    (_, at) => `198.19.${Math.floor(at / 250)}.${(at % 250) + 1}`,
  )
  return {
    upstream: list.upstream,
    entries: DENY_LIST_ENTRIES,
    orders: addresses.map((address) => ({
      target: { kind: 'ipv4_net', id: address },
      act: deny(address),
      back: allow(address),
    })),
    acts: async () =>
      (await list.changes()).map(({ address, seconds }) =>
        seconds === undefined
          ? allow(address)
          : { name: 'deny_address', arguments: { address, seconds } },
      ),
    isThere: ({ target }) => list.isDenied(target.id),
    lending: {
      broker: list.broker,
      rule: list.lending,
      alive: list.lent,
      used: async () => (await list.changes()).map(({ lease }) => lease),
    },
    stop: list.stop,
  }
}
