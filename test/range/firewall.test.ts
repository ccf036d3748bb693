import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { probe } from '../../range/probe-client.ts'
import { connected, type Practice, startPractice } from './practice.ts'

const ATTACKER = '203.0.113.53'
const BLOCK = { address: ATTACKER, duration_minutes: 60, reason: 'INC-482' }

async function structured(client: Client, name: string, args: Record<string, unknown>) {
  const result = await client.callTool({ name, arguments: args })
  expect(result.isError ?? false).toBe(false)
  return result.structuredContent
}

describe('the practice firewall', () => {
  let practice: Practice
  let firewall: Client
  const sight = (address: string) => probe({ ...practice.range.edge, address })

  beforeAll(async () => {
    practice = await startPractice()
    firewall = await practice.client('firewall')
  })
  afterAll(() => practice.stop())

  it.each([
    ['no credential', {}],
    ['a wrong credential', { authorization: 'Bearer guess' }],
    ['the right token under the wrong scheme', { authorization: 'Basic guess' }],
  ])('answers 401 to a connection with %s', async (_name, headers) => {
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'block_address', arguments: BLOCK },
    }
    const response = await fetch(practice.range.urls.firewall, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(call),
    })
    expect(response.status).toBe(401)
    expect(await sight(ATTACKER)).toBe('served')
  })

  it('blocks an address so that its client is refused, and lifts the block again', async () => {
    const blocked = await structured(firewall, 'block_address', BLOCK)
    expect(blocked).toMatchObject({ address: ATTACKER, blocked: true, reason: 'INC-482' })
    expect(await sight(ATTACKER)).toBe('refused')
    expect(await structured(firewall, 'address_status', { address: ATTACKER })).toEqual(blocked)
    expect(await structured(firewall, 'list_blocked', {})).toEqual({ blocked: [blocked] })
    await structured(firewall, 'unblock_address', { address: ATTACKER })
    expect(await sight(ATTACKER)).toBe('served')
    expect(await structured(firewall, 'address_status', { address: ATTACKER })).toMatchObject({
      blocked: false,
    })
  })

  it.each([
    ['an address that is none', { ...BLOCK, address: '300.1.1.1' }],
    ['a network', { ...BLOCK, address: '10.0.0.0/8' }],
    ['no end', { ...BLOCK, duration_minutes: 0 }],
    ['a member it does not know', { ...BLOCK, force: true }],
  ])('refuses a block with %s and changes nothing', async (_name, args) => {
    const result = await firewall.callTool({ name: 'block_address', arguments: args })
    expect(result.isError).toBe(true)
    expect(await structured(firewall, 'list_blocked', {})).toEqual({ blocked: [] })
  })

  it('offers the same definitions to clients of both protocol eras', async () => {
    for (const upstream of practice.range.upstreams) {
      const legacy = await connected(upstream, 'legacy')
      const modern = await connected(upstream, 'auto')
      const byName = async (client: Client) =>
        (await client.listTools()).tools.toSorted((a, b) => a.name.localeCompare(b.name))
      expect(await byName(modern), upstream.id).toEqual(await byName(legacy))
      await Promise.all([legacy.close(), modern.close()])
    }
  })
})

it('claims success but blocks nobody when its block is made a no-op', async () => {
  const practice = await startPractice({ isFirewallNoop: true })
  const firewall = await practice.client('firewall')
  expect(await structured(firewall, 'block_address', BLOCK)).toMatchObject({ blocked: true })
  expect(await probe({ ...practice.range.edge, address: ATTACKER })).toBe('served')
  const status = await structured(firewall, 'address_status', { address: ATTACKER })
  expect(status).toMatchObject({ blocked: false })
  await practice.stop()
})
