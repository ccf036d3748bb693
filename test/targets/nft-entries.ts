/** The tools of range/targets/nft-mcp.ts: blocks that end by themselves, isolation that is lifted. */
const device = { kind: 'device', from: 'args.host' }
const client = { kind: 'ipv4_net', from: 'args.address' }
const blockedIs = (value: boolean) => ({
  tool: 'address_status',
  arguments: { address: 'args.address' },
  expect: `result.structuredContent.blocked == ${value}`,
})
const isolatedIs = (value: boolean) => ({
  tool: 'host_status',
  arguments: { host: 'args.host' },
  expect: `result.structuredContent.isolated == ${value}`,
})
const lift = (tool: string, name: string) => ({ tool, arguments: { [name]: `args.${name}` } })

/** As a platform engineer would write them. */
export const NFT_ENTRIES = {
  block_address: {
    effect: 'contain',
    verb: 'deny',
    target: client,
    reversibility: 'time-limited',
    inverse: lift('unblock_address', 'address'),
    preimage: { tool: 'address_status', arguments: { address: 'args.address' } },
    probe: blockedIs(true),
    ends: { minutes: 'args.seconds / 60.0' },
  },
  unblock_address: {
    effect: 'contain',
    verb: 'allow',
    target: client,
    reversibility: 'compensable',
    probe: blockedIs(false),
    waiver: { by: 'petra', reason: 'blocking again is a decision of its own' },
  },
  address_status: { effect: 'read', verb: 'query', target: client },
  isolate_host: {
    effect: 'contain',
    verb: 'contain',
    target: device,
    reversibility: 'reversible',
    inverse: lift('release_host', 'host'),
    probe: isolatedIs(true),
  },
  release_host: {
    effect: 'contain',
    verb: 'allow',
    target: device,
    reversibility: 'reversible',
    inverse: lift('isolate_host', 'host'),
    probe: isolatedIs(false),
  },
  host_status: { effect: 'read', verb: 'query', target: device },
}
