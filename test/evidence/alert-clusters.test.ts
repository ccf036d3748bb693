import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clusterAlerts, type ReadAlert } from '../../src/evidence/alert-clusters.ts'
import { alertsIn } from '../../src/evidence/alert-records.ts'
import type { JsonObject, JsonValue } from '../../src/kernel/strict-json.ts'

/** A result as MCP servers give it: text that is JSON, and nothing beside. */
const said = (value: JsonValue): JsonObject => ({
  content: [{ type: 'text', text: JSON.stringify(value) }],
})
const only = (value: JsonValue) => {
  const found = alertsIn(said(value), 100)
  expect(found).toHaveLength(1)
  return found[0]
}

describe('an alert in a recorded result', () => {
  it.each<[string, JsonObject, { rule: string; target?: string; ownId?: string; at?: string }]>([
    [
      'Suricata',
      {
        timestamp: '2026-03-01T10:00:00.123456+0000',
        event_type: 'alert',
        src_ip: '198.51.100.7',
        dest_ip: '10.0.0.5',
        alert: { signature_id: 2_001_219, signature: 'ET SCAN Potential SSH Scan' },
      },
      { rule: 'ET SCAN Potential SSH Scan', target: '10.0.0.5', at: '2026-03-01T10:00:00.123Z' },
    ],
    [
      'Elasticsearch',
      {
        _id: 'abc1',
        _source: {
          '@timestamp': '2026-03-01T10:00:00Z',
          kibana: { alert: { rule: { name: 'Brute force' } } },
          host: { name: 'web-14' },
          user: { name: 'root' },
        },
      },
      { rule: 'Brute force', target: 'web-14', ownId: 'abc1', at: '2026-03-01T10:00:00.000Z' },
    ],
    [
      'Wazuh',
      {
        id: '1700.42',
        rule: { id: '5712', description: 'sshd: brute force' },
        agent: { name: 'edge' },
      },
      { rule: 'sshd: brute force', target: 'edge', ownId: '1700.42' },
    ],
    [
      'a flat EDR',
      { AlertId: 'da637', DetectionName: 'Mimikatz', DeviceName: 'ws-1', EventTime: 1_772_359_200 },
      { rule: 'Mimikatz', target: 'ws-1', ownId: 'da637', at: '2026-03-01T10:00:00.000Z' },
    ],
    [
      'a log row, whose time has no zone and so is no instant',
      {
        event: 'failed_password',
        account: 'root',
        source_address: '203.0.113.7',
        at: '03-01 10:00:00',
      },
      { rule: 'failed_password', target: 'root' },
    ],
    [
      'what names no target',
      { scenario: 'crowdsecurity/ssh-bf' },
      { rule: 'crowdsecurity/ssh-bf' },
    ],
  ])('is read from %s', (_product, record, expected) => {
    const alert = only({ hits: [record], total: 1 })
    expect({
      rule: alert?.rule,
      target: alert?.target?.value,
      ownId: alert?.ownId,
      at: alert?.atMs === undefined ? undefined : new Date(alert.atMs).toISOString(),
    }).toEqual({ target: undefined, ownId: undefined, at: undefined, ...expected })
    expect(alert).toMatchObject({ path: '/content/0/text/hits/0', record })
  })

  it('is what stands in the innermost list and names a rule, or the whole result', () => {
    const alert = { rule: { name: 'r' }, host: 'h' }
    expect(only({ event: 'search_done', pages: [{ hits: [alert] }] })?.record).toEqual(alert)
    expect(only(alert)?.record).toEqual(alert)
    expect(only({ found: { alert } })?.record).toEqual({ found: { alert } })
  })

  it('is none in prose, in a case, or in rows that only count', () => {
    for (const value of [
      'isolate web-14 now',
      { case: 'INC-482', title: 'Brute force', severity: 2 },
    ])
      expect(alertsIn(said(value), 10)).toEqual([])
    expect(alertsIn(said({ rows: [{ source_address: '203.0.113.7', failures: 42 }] }), 10)).toEqual(
      [],
    )
    expect(alertsIn({ content: [{ type: 'text', text: '{"rule": "x"' }] }, 10)).toEqual([])
  })

  it('is taken from the data of a result and not from its text a second time', () => {
    const data = { alerts: [{ rule_name: 'r', host: 'h' }] }
    expect(alertsIn({ ...said(data), structuredContent: data }, 10)).toHaveLength(1)
  })

  it('stops at its limit, and at a depth no product has', () => {
    const many = Array.from({ length: 50 }, (_, id) => ({ rule: 'r', id }))
    expect(alertsIn(said(many), 7)).toHaveLength(7)
    let deep: JsonValue = { rule: 'r' }
    for (let level = 0; level < 40; level++) deep = { in: [deep] }
    expect(alertsIn(said(deep), 10)).toEqual([])
  })
})

const read = (record: JsonObject, more: Partial<ReadAlert> = {}): ReadAlert => {
  const [alert] = alertsIn(record, 1)
  if (alert === undefined) throw new Error('the sample names a rule')
  return { ...alert, evidence: 'e1', source: 'siem', readAtMs: 1_000, ...more }
}

describe('alerts that are the same but for when', () => {
  it('share tool server, rule and target; case does not matter', () => {
    const clusters = clusterAlerts([
      read({ id: 1, rule: 'Scan', host: 'web-1', time: '2026-03-01T10:00:00Z' }),
      read({ id: 2, rule: 'scan', host: 'WEB-1', time: '2026-03-01T11:00:00Z' }),
      read({ id: 3, rule: 'Scan', host: 'web-2' }),
      read({ id: 4, rule: 'Worm', host: 'web-1' }),
      read({ id: 5, rule: 'Scan', host: 'web-1' }, { source: 'edr' }),
      read({ id: 6, rule: 'Scan', account: 'web-1' }),
      read({ id: 7, rule: 'Scan' }),
    ])
    expect(clusters.map(({ members }) => members.length)).toEqual([2, 1, 1, 1, 1, 1])
    expect(clusters[0]).toMatchObject({
      timedBy: 'record',
      firstMs: Date.parse('2026-03-01T10:00:00Z'),
      lastMs: Date.parse('2026-03-01T11:00:00Z'),
    })
  })

  it('count an alert once however often it was read, and equal rows of one result as often as they stand there', () => {
    const row = { rule: 'failed_password', host: 'edge' }
    const twice = ['e1', 'e2'].flatMap((evidence) => [
      read(row, { evidence }),
      read(row, { evidence }),
    ])
    expect(clusterAlerts(twice)[0]?.members).toHaveLength(2)
    const known = ['e1', 'e2'].map((evidence) => read({ ...row, id: 7 }, { evidence }))
    expect(clusterAlerts(known)[0]?.members).toHaveLength(1)
  })

  it('go by when they were read as soon as one of them does not say when it happened', () => {
    const [cluster] = clusterAlerts([
      read({ id: 1, rule: 'r', host: 'h', time: '2020-01-01T00:00:00Z' }, { readAtMs: 5 }),
      read({ id: 2, rule: 'r', host: 'h' }, { readAtMs: 9 }),
    ])
    expect(cluster).toMatchObject({ timedBy: 'read', firstMs: 5, lastMs: 9 })
  })

  it('are each in exactly one cluster, whatever the order they were read in', () => {
    const one = fc.record({
      id: fc.integer({ min: 1, max: 12 }),
      rule: fc.constantFrom('a', 'b'),
      host: fc.constantFrom('x', 'y', ''),
    })
    fc.assert(
      fc.property(fc.array(one), (records) => {
        const alerts = records.map((record) => read(record))
        const clusters = clusterAlerts(alerts)
        const keyOf = ({ id, rule, host }: (typeof records)[number]) => `${id} ${rule} ${host}`
        const placeOf = ({ rule, host }: (typeof records)[number]) => `${rule} ${host}`
        const sum = clusters.reduce((all, { members }) => all + members.length, 0)
        expect(sum).toBe(new Set(records.map(keyOf)).size)
        expect(clusters).toHaveLength(new Set(records.map(placeOf)).size)
        const sizes = (of: typeof clusters) => of.map(({ members }) => members.length)
        expect(sizes(clusterAlerts(alerts.toReversed()))).toEqual(sizes(clusters))
      }),
    )
  })
})
