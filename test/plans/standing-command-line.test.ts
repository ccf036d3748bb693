import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../cli/terminal.ts'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { profileFor } from '../harness/passkeys.ts'
import type { TestPerson } from '../harness/plane.ts'

let net: NetPlane
beforeAll(async () => {
  net = await startNetPlane({ mode: 'delegated' })
}, 60_000)
afterAll(() => net?.plane.close())

const as = (person: TestPerson, types?: readonly string[]) => ({
  profile: profileFor(net.plane.dataDir, net.plane.gateway.baseUrl, person),
  ...(types === undefined ? {} : { types }),
})

async function proposal(more: object = {}) {
  const agent = await net.newAgent()
  const said = {
    action: 'deny:ipv4_net',
    targets: [{ kind: 'cidr', net: '198.51.100.0/28' }],
    environments: ['production'],
    agents: [agent.agent.id],
    cap: 2,
    window_seconds: 3600,
    sample_percent: 50,
    lifetime_seconds: 3600,
    ...more,
  }
  const file = join(net.plane.dataDir, `standing-${agent.agent.id}.json`)
  writeFileSync(file, JSON.stringify(said))
  return { agent, said, file }
}

describe('standing plans on the command line', () => {
  it('are shown, signed by typing their short code, listed and revoked', async () => {
    const { file } = await proposal()
    const wrong = await run(as(net.plane.dana, ['yes']), 'plan', 'standing', 'sign', file)
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('nothing was decided')])
    const code = /short code (\w{4}-\w{4})/.exec(wrong.err)?.[1] ?? ''
    const signed = await run(as(net.plane.dana, [code]), 'plan', 'standing', 'sign', file)
    expect(signed).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Signed\. It is in force/),
    })
    expect(signed.err).toContain('targets  [{"kind":"cidr","net":"198.51.100.0/28"}]')
    const id = signed.out.trim().split(' ').at(-1) ?? ''
    const listed = await run(as(net.plane.alex), 'plan', 'standing', 'list')
    expect(listed.out).toMatch(/ends in .* deny:ipv4_net +production +2 in 1 h +50% +Dana/)
    const args = ['plan', 'standing', 'revoke', id.slice(-8), '--reason', 'over'] as const
    expect((await run(as(net.plane.alex), ...args)).code).toBe(0)
    const after = await run(as(net.plane.alex), 'plan', 'standing', 'list')
    expect(after.out).toBe('Nothing is pre-approved.\n')
  })

  it('are proposed as a link to the page where their owner signs, and bind nobody until then', async () => {
    const { file, said, agent } = await proposal()
    const { code, out } = await run(as(net.plane.alex), 'plan', 'standing', 'propose', file)
    expect(code).toBe(0)
    const { pathname, searchParams } = new URL(out.trim())
    expect(pathname).toBe('/standing-plans')
    const carried = Buffer.from(searchParams.get('plan') ?? '', 'base64url').toString()
    expect(JSON.parse(carried)).toEqual(said)
    expect(await held(agent, '198.51.100.3')).not.toBe('')
  })

  it.each([
    ['by somebody who does not own the class', 'ines', {}, 6, 'not_eligible'],
    ['with a member nobody knows', 'dana', { forever: true }, 1, 'plan_invalid'],
    ['of everything', 'dana', { targets: [] }, 1, 'plan_invalid'],
  ] as const)('are refused %s', async (_how, who, more, exit, code) => {
    const { file } = await proposal(more)
    const ran = await run(as(net.plane[who]), 'plan', 'standing', 'sign', file, '--yes')
    expect([ran.code, ran.err]).toEqual([exit, expect.stringContaining(`error ${code}: `)])
  })

  it('need one JSON object, and a terminal or --yes', async () => {
    const { file } = await proposal()
    const silent = await run(as(net.plane.dana), 'plan', 'standing', 'sign', file)
    expect([silent.code, silent.err]).toEqual([2, expect.stringContaining('--yes')])
    writeFileSync(file, '[]')
    const odd = await run(as(net.plane.dana), 'plan', 'standing', 'sign', file, '--yes')
    expect([odd.code, odd.err]).toEqual([2, expect.stringContaining('not one JSON object')])
  })
})
