import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { webhookSignature } from '../../src/adapters/channel-webhook.ts'
import { createChannels } from '../../src/adapters/create-channels.ts'
import { readConfig } from '../../src/config.ts'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { rest } from '../harness/people.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const KEY = Buffer.alloc(32, 7)

describe('the signature of a webhook', () => {
  it('is that of the Standard Webhooks specification', () => {
    const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')
    const body = '{"test": 2432232314}'
    expect(webhookSignature(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, body)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    )
  })
})

describe('a gateway with a webhook', () => {
  let receiver: Receiver
  let net: NetPlane
  beforeAll(async () => {
    receiver = await startReceiver()
    net = await startNetPlane({
      config: {
        channels: [
          {
            id: 'soc',
            kind: 'webhook',
            takes: 'everything',
            roles: [],
            url: receiver.origin,
            secret: () => `whsec_${KEY.toString('base64')}`,
          },
        ],
      },
    })
  }, 60_000)
  afterAll(async () => {
    await net?.plane.close()
    await receiver?.close()
  })

  it('tells of a held call: signed, with effect, clock and link, and without its arguments', async () => {
    const agent = await net.newAgent()
    const address = net.address()
    const request = await held(agent, address)
    await receiver.until(1)
    const { headers, body } = receiver.posted[0] ?? {
      headers: {} as Record<string, string>,
      body: '',
    }
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', KEY).update(signed).digest('base64')}`,
    )
    expect(body).not.toContain(address)
    const { data } = JSON.parse(body)
    expect(data.sentence).toBe(
      `Agent ${await agentName(agent.agent.id)} waits for your decision on deny:ipv4_net.`,
    )
    expect(data.link).toBe(`${net.plane.gateway.baseUrl}/approvals/${request}`)
    expect(data.details).toEqual([
      { label: 'Effect', value: 'contain' },
      { label: 'Case', value: 'INC-482' },
      { label: 'Decide by', value: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/) },
    ])
    const path = '/api/v1/deliveries'
    await expect
      .poll(async () => (await rest(net.plane, net.plane.petra, 'GET', path)).body)
      .toMatchObject({
        channels: ['soc'],
        deliveries: [{ kind: 'approval.requested', channel: 'soc', state: 'sent', attempts: 1 }],
      })
    await agent.close()
  })

  const agentName = async (id: string) =>
    (await net.plane.gateway.parts.store.agents.byId('main', id))?.name
})

describe('the channels of a configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-channels-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const read = (channels: string) => {
    const path = join(folder, 'countersign.yaml')
    writeFileSync(path, `channels:\n${channels}\n`)
    const config = readConfig({ COUNTERSIGN_CONFIG: path })
    return createChannels(config.channels ?? [], { nowMs: () => 0 }, config.baseUrl)
  }
  writeFileSync(join(folder, 'good'), `whsec_${KEY.toString('base64')}\n`)
  writeFileSync(join(folder, 'weak'), 'whsec_c2hvcnQ=\n')
  const webhook = (url: string, file: string) =>
    `  - { id: soc, kind: webhook, url: "${url}", secret_file: ${file}, takes: pages }`

  it('name the file of the secret, never the secret', () => {
    expect(read(webhook('https://hooks.example/x', 'good')).map(({ channel }) => channel)).toEqual([
      { id: 'soc', kind: 'webhook', takes: 'pages', roles: [], isPersonal: false },
    ])
  })

  it.each([
    [
      'a secret that can be guessed',
      webhook('https://hooks.example/x', 'weak'),
      'the secret of channel soc',
    ],
    [
      'a secret file that is not there',
      webhook('https://hooks.example/x', 'none'),
      'none cannot be read',
    ],
    ['an address in clear text', webhook('http://hooks.example/x', 'good'), 'must be https'],
    ['an address of another kind', webhook('file:///etc/passwd', 'good'), 'channels.0.url'],
  ])('are refused with %s', (_what, text, why) => {
    expect(() => read(text)).toThrow(why)
  })
})
