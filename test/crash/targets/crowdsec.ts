/** CrowdSec's local API. Its database keeps every ban, also those that were lifted. */
import { CROWDSEC_ENTRIES, startLocalApi } from '../../targets/local-api.ts'
import type { RealTarget } from './real-target.ts'

const SECONDS = 86_400

export async function startCrowdsec(count: number): Promise<RealTarget> {
  const { upstream, banned, bans, stop } = await startLocalApi()
  const ban = (address: string) => ({
    name: 'ban_address',
    arguments: { address, seconds: SECONDS },
  })
  const lift = (address: string) => ({ name: 'lift_ban', arguments: { address } })
  const addresses = Array.from(
    { length: count },
    (_, at) => `198.18.${Math.floor(at / 250)}.${(at % 250) + 1}`,
  )
  return {
    upstream,
    entries: CROWDSEC_ENTRIES,
    orders: addresses.map((address) => ({
      target: { kind: 'ipv4_net', id: address },
      act: ban(address),
      back: lift(address),
    })),
    acts: async () =>
      bans().flatMap(({ address, isOver }) =>
        isOver ? [ban(address), lift(address)] : [ban(address)],
      ),
    isThere: async ({ target }) => (await banned()).includes(target.id),
    stop,
  }
}
