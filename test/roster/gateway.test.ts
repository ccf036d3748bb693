import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { codeOf } from '../../src/kernel/failure.ts'
import type { NetPlane } from '../harness/net-plane.ts'
import { held, startNetPlane } from '../harness/net-plane.ts'
import type { TestPerson } from '../harness/plane.ts'
import { addPerson, certify } from '../harness/plane.ts'
import { calendar, event } from './calendar.ts'

const HOUR_MS = 3_600_000

describe('a gateway that reads a rota', () => {
  let folder: string
  let net: NetPlane
  let lee: TestPerson
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-rota-'))
    const rota = { id: 'soc', kind: 'ical', role: 'shift-lead', events: [] } as const
    net = await startNetPlane({ config: { rosters: [{ ...rota, file: join(folder, 'soc.ics') }] } })
    lee = await addPerson(net.plane.gateway, 'Lee', ['shift-lead'])
    await certify(net.plane.gateway, net.plane.clock, lee)
  })
  afterAll(async () => {
    await net.plane.close()
    rmSync(folder, { recursive: true })
  })
  const stamp = (hours: number) =>
    new Date(net.plane.clock.nowMs() + hours * HOUR_MS).toISOString().replace(/[-:]|\.\d+/g, '')

  /** The entry of a request an agent has just made. */
  const asked = async () => {
    const agent = await net.newAgent()
    const id = await held(agent, net.address())
    await agent.close()
    const { ledger } = net.plane.gateway.parts.store
    const { size } = await ledger.head('main')
    const entries = (await ledger.entries('main', 0, size)).map(({ bytes }) =>
      JSON.parse(new TextDecoder().decode(bytes)),
    )
    return entries.find(({ type, data }) => type === 'approval.requested' && data.request === id)
      .data
  }

  it('binds a request to whom the feed has on call now, and records from which rota it knew [R150]', async () => {
    const { gateway } = net.plane
    expect(await asked()).toMatchObject({
      owner: net.plane.dana.id,
      roster: 'test',
      roster_stale: false,
    })
    const shift = [`DTSTART:${stamp(-4)}`, `DTEND:${stamp(4)}`]
    const feed = calendar(...event(...shift, `ATTENDEE:mailto:${lee.email}`))
    writeFileSync(join(folder, 'soc.ics'), feed)
    await gateway.refreshRosters()
    const [known] = await gateway.parts.store.roster.feeds('main')
    const request = await asked()
    expect(request).toMatchObject({
      owner: lee.id,
      roster: 'feed:soc',
      roster_digest: known?.digest,
      roster_stale: false,
    })
    const leftMs = Date.parse(request.owner_until) - net.plane.clock.nowMs()
    expect(leftMs).toBeGreaterThan(3 * HOUR_MS)
    expect(leftMs).toBeLessThanOrEqual(4 * HOUR_MS)
  })

  it('goes on asking whom it last knew when the feed is gone, and says that this is old', async () => {
    unlinkSync(join(folder, 'soc.ics'))
    await net.plane.gateway.refreshRosters()
    expect(await asked()).toMatchObject({ owner: lee.id, roster: 'feed:soc', roster_stale: true })
  })
})

describe('the rosters of a configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-rosters-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const read = (text: string) => {
    const path = join(folder, 'countersign.yaml')
    writeFileSync(path, text)
    return readConfig({ COUNTERSIGN_CONFIG: path }).rosters
  }

  it('are none unless named, with files and tokens where the configuration lies', () => {
    expect(read('')).toEqual([])
    writeFileSync(join(folder, 'pd.token'), 'secret\n')
    const [ical, pager] =
      read(`rosters:
  - { id: soc, kind: ical, file: soc.ics, zone: Europe/Berlin, role: shift-lead }
  - { id: pd, kind: pagerduty, token_file: pd.token, schedules: { PSOC001: shift-lead } }
`) ?? []
    expect(ical).toEqual({
      id: 'soc',
      kind: 'ical',
      file: join(folder, 'soc.ics'),
      zone: 'Europe/Berlin',
      role: 'shift-lead',
      events: [],
    })
    expect(pager).toMatchObject({
      url: 'https://api.pagerduty.com',
      schedules: { PSOC001: 'shift-lead' },
      escalationPolicies: {},
    })
    expect(pager?.token?.()).toBe('secret')
    writeFileSync(join(folder, 'pd.token'), 'renewed\n')
    expect(pager?.token?.()).toBe('renewed')
  })

  // biome-ignore format: a table reads best with one row per line
  it.each([
    ['neither url nor file', '{ id: a, kind: ical, role: shift-lead }'],
    ['both', '{ id: a, kind: ical, role: shift-lead, file: x, url: "https://a.example" }'],
    ['no role at all', '{ id: a, kind: ical, file: x }'],
    ['a role that is none', '{ id: a, kind: ical, file: x, role: boss }'],
    ['a zone that is none', '{ id: a, kind: ical, file: x, role: shift-lead, zone: Mars/Olympus }'],
    ['a token that is not there', '{ id: a, kind: pagerduty, token_file: gone, schedules: { P: shift-lead } }'],
    ['no schedule', '{ id: a, kind: pagerduty, token_file: pd.token }'],
    ['a key nobody knows', '{ id: a, kind: ical, file: x, role: shift-lead, roles: [] }'],
  ])('are refused with %s', (_name, roster) => {
    let code = 'none'
    try {
      read(`rosters: [${roster}]\n`)
    } catch (error) {
      code = codeOf(error)
    }
    expect(code).toBe('config_invalid')
  })
})
