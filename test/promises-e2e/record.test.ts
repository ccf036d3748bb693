import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../src/kernel/digest.ts'
import { run } from '../cli/terminal.ts'
import { signedBy } from '../harness/passkeys.ts'
import { consequencesIn, rest } from '../harness/people.ts'
import type { Plane } from '../harness/plane.ts'
import { exportBytes, type RecordedEntry, trustPolicy } from './record.ts'
import { openWorld, type World } from './world.ts'

let world: World
let plane: Plane
const folder = mkdtempSync(join(tmpdir(), 'countersign-record-'))
beforeAll(async () => {
  world = await openWorld()
  plane = world.plane
}, 60_000)
afterAll(() => world?.close())

const ofType = (record: readonly RecordedEntry[], type: string) =>
  record.filter((entry) => entry.type === type)

/** A case in which the agent looked, isolated a device with Dana's yes, and was refused a tool. */
async function story() {
  const scene = await world.scene()
  expect(await scene.ask('look', { text: 'failed logins' })).toBe('ran')
  const target = await world.asset('device', { environment: 'production' })
  const held = await scene.hold('isolate', { target })
  expect(await world.yes(plane.dana, held.id)).toBe('released')
  expect(await scene.ask('isolate', { target })).toBe('ran')
  expect(await scene.ask('unreviewed')).toBe('tool_quarantined')
  return { scene, target, held }
}

type Verdict = {
  readonly summary: string
  readonly actions?: readonly {
    readonly call: string
    readonly tool: string
    readonly agent: string
    readonly onBehalfOf?: string
    readonly outcome: string
    readonly decisions: readonly {
      readonly bundle?: string
      readonly rule?: string
      readonly decision: string
    }[]
    readonly requests: readonly {
      readonly role?: string
      readonly owner?: string
      readonly packageDigest?: string
      readonly answers: readonly { readonly person?: string; readonly actionDigest?: string }[]
    }[]
  }[]
  readonly checks: readonly {
    readonly name: string
    readonly state: string
    readonly text: string
  }[]
}

/** What the command line says of a file, with the key of the operator from elsewhere. */
async function verified(bytes: Uint8Array): Promise<{ code: number; verdict: Verdict }> {
  const [file, trust] = [join(folder, 'case.countersign'), join(folder, 'trust.txt')]
  writeFileSync(file, bytes)
  writeFileSync(trust, await trustPolicy(plane))
  const { code, out } = await run({}, 'verify', file, '--trust', trust, '--json')
  return { code, verdict: JSON.parse(out) as Verdict }
}

describe('an export, verified offline', () => {
  it('proves of every call the agent, who answers for it, the policy version and the outcome [R29]', async () => {
    const { scene } = await story()
    const { body } = await rest(plane, plane.petra, 'GET', `/api/v1/cases/${scene.caseRef}/calls`)
    const calls = body.calls as unknown as readonly { id: string; tool: string }[]
    expect(calls).toHaveLength(3)
    const { code, verdict } = await verified(await exportBytes(plane, scene.caseRef))
    expect(code).toBe(0)
    const active = await rest(plane, plane.petra, 'GET', '/api/v1/policies/active')
    for (const { id, tool } of calls) {
      const action = verdict.actions?.find(({ call }) => call === id)
      expect(action).toMatchObject({ tool, agent: scene.agent.id, onBehalfOf: plane.alex.id })
      if (tool === 'soc__unreviewed') expect(action?.outcome).toBe('not sent')
      else {
        expect(action?.outcome).toMatch(/^applied_/)
        expect(action?.decisions.at(-1)?.bundle).toBe(active.body.digest)
      }
    }
    const isolated = verdict.actions?.find(({ tool }) => tool === 'soc__isolate')
    expect(isolated?.requests).toMatchObject([{ role: 'shift-lead', owner: plane.dana.id }])
  })

  it('fails loudly when an outcome is changed, an entry is left out or the file is cut [R29]', async () => {
    const { scene } = await story()
    const bytes = await exportBytes(plane, scene.caseRef)
    expect((await verified(bytes)).code).toBe(0)
    const lines = new TextDecoder().decode(bytes).split('\n')
    const changed = lines.map((line) => {
      if (!line.includes('"entry"')) return line
      const { entry, ...rest } = JSON.parse(line) as { entry: string }
      const text = Buffer.from(entry, 'base64').toString('utf8')
      const forged = text.replace('"outcome":"applied_unverified"', '"outcome":"no_effect"')
      return JSON.stringify({ ...rest, entry: Buffer.from(forged, 'utf8').toString('base64') })
    })
    expect(changed).not.toEqual(lines)
    const at = lines.findIndex((line) => line.includes('"entry"'))
    for (const bad of [
      changed.join('\n'),
      lines.filter((_, index) => index !== at + 2).join('\n'),
      lines.slice(0, -4).join('\n'),
    ]) {
      const { code, verdict } = await verified(new TextEncoder().encode(bad))
      expect([code, verdict.summary]).toEqual([5, expect.stringContaining('FAILED')])
    }
  })

  it('holds who approved what, when, in which role, by which certificate and under which policy [R40 R137]', async () => {
    const { scene, held } = await story()
    const record = await scene.record()
    const gated = ofType(record, 'approval.requested')
    expect(gated).toHaveLength(1)
    const [granted] = ofType(record, 'approval.granted')
    expect(granted?.actor).toEqual({ kind: 'person', id: plane.dana.id })
    expect(granted?.data).toMatchObject({
      request: held.id,
      person: plane.dana.id,
      role: 'shift-lead',
      action_digest: held.shown.action_digest,
      certificate: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(granted?.payloads.reason).toBe('checked the evidence')
    const [decided] = ofType(record, 'tool.call.decided').filter(
      ({ data }) => data.request === held.id && data.decision === 'allow',
    )
    expect(decided?.data.bundle).toMatch(/^sha256:/)
    for (const entry of [granted, decided]) expect(entry?.pathLength).toBeGreaterThan(0)
  })

  it('proves of a decision who, in which role, by which certificate, on which facts, under which policy [R137]', async () => {
    const { scene, held } = await story()
    const bytes = await exportBytes(plane, scene.caseRef)
    const { code, verdict } = await verified(bytes)
    expect(code).toBe(0)
    const [asked] = ofType(await scene.record(), 'approval.requested')
    const shown = new TextEncoder().encode(asked?.payloads.package)
    const isolated = verdict.actions?.find(({ tool }) => tool === 'soc__isolate')
    expect(isolated?.requests).toEqual([
      {
        request: held.id,
        role: 'shift-lead',
        owner: plane.dana.id,
        packageDigest: digestOf('countersign-evidence-v1', shown),
        ruleDigest: isolated?.decisions[0]?.rule,
        answers: [
          {
            index: expect.any(Number),
            answer: 'approved',
            person: plane.dana.id,
            role: 'shift-lead',
            certificate: expect.stringMatching(/^[0-9a-f-]{36}$/),
            actionDigest: held.shown.action_digest,
            passkey: expect.stringMatching(/^[0-9a-f-]{36}$/),
          },
        ],
      },
    ])
    // Both are of the policy that was in force: what decided this action, and the whole bundle.
    const active = await rest(plane, plane.petra, 'GET', '/api/v1/policies/active')
    expect(isolated?.decisions[0]).toMatchObject({
      rule: expect.stringMatching(/^sha256:/),
      bundle: active.body.digest,
    })
    const approvals = verdict.checks.find(({ name }) => name === 'approvals')
    expect(approvals).toMatchObject({ state: 'ok' })
    expect(approvals?.text).toMatch(/^1 yeses from contain up, each signed by a passkey/)
    // Somebody else, another certificate or another package, and nothing of it is proved any more.
    const text = new TextDecoder().decode(bytes)
    for (const forge of [
      (entry: string) => entry.replace(plane.dana.id, plane.ines.id),
      (entry: string) => entry.replace(/"certificate":"../, '"certificate":"ff'),
      (entry: string) => entry.replace(/"action_digest":"sha256:../, '"action_digest":"sha256:ff'),
    ]) {
      const forged = text.split('\n').map((line) => {
        if (!line.includes('"entry"')) return line
        const { entry, ...rest } = JSON.parse(line) as { entry: string }
        const told = Buffer.from(entry, 'base64').toString('utf8')
        if (!told.includes('"approval.granted"')) return line
        return JSON.stringify({ ...rest, entry: Buffer.from(forge(told)).toString('base64') })
      })
      expect(forged.join('\n')).not.toBe(text)
      expect((await verified(new TextEncoder().encode(forged.join('\n')))).code).toBe(5)
    }
  })

  it('links call, source, approval and outcome of a case, each proved to be in the log [R25]', async () => {
    const { scene } = await story()
    const record = await scene.record()
    const byId = new Map(record.map((entry) => [entry.id, entry]))
    const outcomes = ofType(record, 'tool.call.outcome')
    expect(outcomes).toHaveLength(2)
    for (const outcome of outcomes) {
      const dispatched = byId.get(outcome.cites[0] ?? '')
      expect(dispatched?.type).toBe('tool.call.dispatched')
      const [decided, lease] = (dispatched?.cites ?? []).map((id) => byId.get(id))
      expect([decided?.type, lease?.type]).toEqual(['tool.call.decided', 'lease.issued'])
      expect(JSON.parse(decided?.payloads.arguments ?? '')).toBeTypeOf('object')
      expect(JSON.parse(outcome.payloads.result ?? '')).toHaveProperty('content')
    }
    const [granted] = ofType(record, 'approval.granted')
    const acted = outcomes.find(({ call }) => call === granted?.call)
    expect(acted?.data.tool).toBe('soc__isolate')
    expect(record.every(({ pathLength }) => pathLength > 0)).toBe(true)
  })
})

describe('an executed action', () => {
  it('names an approved tool version, an open task and the whole path of its decision [R75]', async () => {
    const { scene } = await story()
    const record = await scene.record()
    const byId = new Map(record.map((entry) => [entry.id, entry]))
    const { tools } = (await rest(plane, plane.petra, 'GET', '/api/v1/tools')).body as unknown as {
      tools: { exposed_name: string; status: string; definition_digest: string }[]
    }
    const executed = ofType(record, 'tool.call.dispatched')
    expect(executed.map(({ data }) => data.tool)).toEqual(['soc__look', 'soc__isolate'])
    for (const action of executed) {
      const tool = tools.find(({ exposed_name }) => exposed_name === action.data.tool)
      expect(tool).toMatchObject({ status: 'approved', definition_digest: action.data.definition })
      const opened = ofType(record, 'task.opened').find(({ task }) => task === action.task)
      expect(opened?.index).toBeLessThan(action.index)
      expect(ofType(record, 'task.closed')).toEqual([])
      const path = action.cites.map((id) => byId.get(id))
      expect(path.map((entry) => entry?.type)).toEqual(['tool.call.decided', 'lease.issued'])
      expect(path[0]?.data).toMatchObject({ decision: 'allow', reason: 'allowed' })
      expect(path[0]?.data.policies).not.toEqual([])
      const { request } = path[0]?.data ?? {}
      if (action.data.tool === 'soc__look') expect(request).toBeUndefined()
      else {
        const steps = record.filter(({ data }) => data.request === request)
        expect(steps.map(({ type }) => type)).toEqual([
          'tool.call.decided',
          'approval.requested',
          'approval.granted',
          'tool.call.decided',
        ])
        expect(action.data.grant).toBe(steps[2]?.data.grant)
      }
    }
  })

  it('of containment is not released by a yes without a signature, or over something else [R154]', async () => {
    const scene = await world.scene()
    const target = await world.asset('device', { environment: 'production' })
    const held = await scene.hold('isolate', { target })
    const other = await scene.hold('isolate', {
      target: await world.asset('device', { environment: 'production' }),
    })
    const path = `/api/v1/approvals/${held.id}/approve`
    const digest = String(held.shown.action_digest)
    const yes = {
      seen_digest: digest,
      reason: 'checked',
      acknowledged: consequencesIn(held.shown),
    }
    const { baseUrl } = plane.gateway
    const signed = (what: unknown) => signedBy(baseUrl, plane.dana, String(what))
    const attempts = [
      [yes, 'passkey_required'],
      [{ ...yes, ...signed(other.shown.action_digest) }, 'signature_invalid'],
      [
        { ...yes, ...signed(digest), seen_digest: other.shown.action_digest },
        'seen_digest_mismatch',
      ],
    ] as const
    for (const [body, code] of attempts) {
      const answer = await rest(plane, plane.dana, 'POST', path, body)
      expect([answer.body.code, answer.body.outcome]).toEqual([code, undefined])
    }
    expect(await scene.ask('isolate', { target })).toBe(held.needs)
    const record = await scene.record()
    expect(ofType(record, 'approval.granted')).toEqual([])
    expect(ofType(record, 'lease.issued')).toEqual([])
    expect(world.ran(target)).toBe(0)
  })

  it('of containment rests on the yes of the owner over exactly it, given before its lease [R154]', async () => {
    const { scene, held } = await story()
    const record = await scene.record()
    const [granted] = ofType(record, 'approval.granted')
    expect(granted?.data).toMatchObject({
      person: held.shown.owner,
      action_digest: held.shown.action_digest,
    })
    // What Dana's device signed is the digest of the package: facts, call, targets, policy (binding.ts).
    const signature = JSON.parse(granted?.payloads.signature ?? '{}')
    expect(signature.signed).toBe(held.shown.action_digest)
    const { code, verdict } = await verified(await exportBytes(plane, scene.caseRef))
    const approvals = verdict.checks.find(({ name }) => name === 'approvals')
    expect([code, approvals?.state, approvals?.text]).toEqual([
      0,
      'ok',
      expect.stringMatching(/^1 yeses from contain up, each signed by a passkey/),
    ])
    const lease = ofType(record, 'lease.issued').find(({ call }) => call === granted?.call)
    expect(granted?.index).toBeLessThan(lease?.index ?? -1)
  })
})

describe('a decision', () => {
  it('has who decided, when, and what was ordered as fields [R52]', async () => {
    const { scene, target, held } = await story()
    const path = `/api/v1/approvals/${held.id}`
    const { body } = await rest(plane, plane.petra, 'GET', path)
    expect(body).toMatchObject({
      state: 'approved',
      decided_by: plane.dana.id,
      decided_at_ms: expect.any(Number),
      action: 'contain:device',
      effect: 'contain',
      statement: { value: { targets: [{ kind: 'device', id: target }] } },
    })
    const decided = ofType(await scene.record(), 'tool.call.decided')
    expect(decided.length).toBeGreaterThan(2)
    for (const { data, actor } of decided) {
      expect(actor.id).toBe(scene.agent.id)
      expect(['allow', 'hold', 'deny']).toContain(data.decision)
      expect(data).toMatchObject({
        reason: expect.any(String),
        policies: expect.any(Array),
        action: expect.any(String),
        effect: expect.any(String),
      })
    }
  })

  it('and the whole case can be told from the log after the ticket and its text are gone [R109]', async () => {
    const { scene, target } = await story()
    await scene.report({ state: 'closed', title: '(deleted)' })
    const { body } = await rest(plane, plane.petra, 'GET', `/api/v1/cases/${scene.caseRef}`)
    expect(body).toMatchObject({ state: 'closed', title: '(deleted)' })
    const record = await scene.record()
    expect(record[0]?.type).toBe('case.linked')
    expect(record[0]?.payloads.case).toContain('SSH brute force')
    const told = ofType(record, 'tool.call.decided').map(({ data, payloads }) => [
      data.tool,
      data.decision,
      JSON.parse(payloads.arguments ?? 'null'),
    ])
    expect(told).toEqual([
      ['soc__look', 'allow', { text: 'failed logins' }],
      ['soc__isolate', 'hold', { target }],
      ['soc__isolate', 'allow', { target }],
      ['soc__unreviewed', 'deny', {}],
    ])
    expect(ofType(record, 'approval.granted')[0]?.payloads.reason).toBe('checked the evidence')
    const results = ofType(record, 'tool.call.outcome').map(({ payloads }) => payloads.result)
    expect(results).toEqual([
      expect.stringContaining('look done'),
      expect.stringContaining('isolate done'),
    ])
  })
})
