import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EFFECTS } from '../../src/catalogue/tool.ts'
import { FLAGS } from '../../src/catalogue/words.ts'
import { AGENT_MODES } from '../../src/identity/agent.ts'
import { decide } from '../../src/policy/decide.ts'
import { gateOf } from '../../src/policy/matrix.ts'
import type { PolicyRequest } from '../../src/policy/request.ts'
import { PURPOSES } from '../../src/task/task.ts'
import {
  CONTAIN,
  ENTRY,
  engine,
  READ,
  requestWith,
  shippedBundle,
  WRITE,
} from './shipped-bundle.ts'

const loaded = engine.loadBundle(shippedBundle())
const ask = (change: Parameters<typeof requestWith>[0], discharged: readonly string[] = []) =>
  decide(loaded, requestWith(change), ENTRY, discharged)
const asked = (change: Parameters<typeof requestWith>[0]) =>
  ask(change).obligations.map((one) => `${one.requires} ${one.role}`)

describe('the base pack', () => {
  it('asks nobody for enrichment, clustering, summaries and drafts in an open task [R67] [R76]', () => {
    for (const purpose of PURPOSES) {
      for (const call of [READ, { action: 'annotate:case', effect: 'annotate' }] as const) {
        expect(ask({ task: { purpose }, call }).kind).toBe('allow')
      }
    }
  })

  it('holds containment, an identity reset and a firewall change for a named role [R68]', () => {
    expect(asked({ call: CONTAIN })).toContain('approve shift-lead')
    expect(asked({ call: { action: 'set:credential', effect: 'identity' } })).toContain(
      'approve identity-owner',
    )
    const network = { kind: 'ipv4_net' }
    const firewall = { action: 'deny:ipv4_net', effect: 'write' } as const
    expect(asked({ call: firewall, target: network })).toContain('approve shift-lead')
  })

  it('has a person decide each of the five acts an agent never decides alone [R85]', () => {
    const five = {
      'account disablement': { call: { action: 'stop:account', effect: 'identity' } },
      'session revocation': { call: { action: 'cancel:session', effect: 'identity' } },
      'key rotation': { call: { action: 'update:key', effect: 'write' }, target: { kind: 'key' } },
      closure: { call: { action: 'close:case', effect: 'influence', direction: 'lowers' } },
      'workflow interruption': {
        call: { action: 'stop:service', effect: 'write', flags: ['user-impacting'] },
      },
    } as const
    for (const change of Object.values(five)) {
      const decision = ask(change)
      expect(decision.kind).toBe('hold')
      expect(decision.obligations.some((one) => one.requires !== 'confirm')).toBe(true)
    }
  })

  it('derives the gate from the class of the effect, for a tool nobody wrote a rule for [R83]', () => {
    const gates = EFFECTS.map((effect) => {
      const decision = ask({ call: { action: 'set:novelty', effect, direction: 'lowers' } })
      return `${effect} ${decision.kind} ${gateOf(decision)}`
    })
    expect(gates).toEqual([
      'read allow 0',
      'annotate allow 0',
      'influence hold 1',
      'write hold 1',
      'contain hold 2',
      'identity hold 2',
      'destructive hold 3',
    ])
  })

  it('gates a user-impacting call like containment [R111]', () => {
    const gate = (change: Parameters<typeof requestWith>[0]) => gateOf(ask(change))
    const impacting = { call: { ...WRITE, flags: ['user-impacting'] } }
    expect(gate(impacting)).toBe(gate({ call: CONTAIN }))
    expect(gate({ call: WRITE })).toBeLessThan(gate({ call: CONTAIN }))
  })

  it('needs a person for sensitive targets, whatever the class of the tool [R88]', () => {
    const raise = { action: 'update:account', effect: 'influence', direction: 'raises' } as const
    expect(ask({ call: raise }).kind).toBe('allow')
    for (const label of ['privileged', 'cloud-credential', 'availability-critical']) {
      expect(ask({ call: raise, target: { labels: [label] } }).kind).toBe('hold')
    }
  })

  it('needs approval for what is destructive or externally visible [R34]', () => {
    expect(gateOf(ask({ call: { action: 'delete:file', effect: 'destructive' } }))).toBe(3)
    expect(gateOf(ask({ call: { ...READ, flags: ['externally-visible'] } }))).toBe(2)
  })

  it('raises the gate by case tags and leaves reads and notes free [R96]', () => {
    for (const tag of ['privileged-access', 'lateral-movement', 'identity-compromise']) {
      const incident = { tags: [tag] }
      expect(gateOf(ask({ call: WRITE, incident }))).toBe(2)
      expect(ask({ call: READ, incident }).kind).toBe('allow')
      const note = { action: 'annotate:case', effect: 'annotate' } as const
      expect(ask({ call: note, incident }).kind).toBe('allow')
    }
  })

  it('needs the owner once secrets or identity telemetry were read [R143]', () => {
    for (const label of ['secret', 'identity-telemetry', 'other-domain']) {
      expect(gateOf(ask({ call: WRITE, exposure: { labels: [label] } }))).toBe(2)
    }
  })

  it('raises the number of people with the number of targets, per kind [R139]', () => {
    const gate = (kind: string, targetCount: number) =>
      gateOf(ask({ call: { ...CONTAIN, targetCount }, target: { kind } }))
    expect([gate('device', 5), gate('device', 6)]).toEqual([2, 3])
    expect([gate('account', 2), gate('account', 3)]).toEqual([2, 3])
    expect([gate('email', 50), gate('email', 51)]).toEqual([2, 3])
  })

  it('goes to the higher role when both severity and criticality are high [R141]', () => {
    const both = { call: CONTAIN, incident: { severity: 1 }, target: { criticality: 4 } }
    expect(asked(both)).toContain('dual incident-commander')
    expect(asked({ ...both, incident: { severity: 3 } })).not.toContain('dual incident-commander')
    expect(asked({ ...both, target: { criticality: 3 } })).not.toContain('dual incident-commander')
  })

  it('names references to the three frameworks in every rule [R47]', () => {
    for (const head of loaded.heads) {
      const control = head.annotations.control ?? ''
      expect(control).toMatch(/owasp-asi:ASI(0[1-9]|10)\b/)
      expect(control).toMatch(/maestro:(L[1-7]|cross)\/[a-z-]+/)
      expect(control).toMatch(/nist-ai-rmf:(GOVERN|MAP|MEASURE|MANAGE)-\d\.\d/)
    }
  })
})

describe('one fact flipped alone changes the decision', () => {
  const outcome = (change: Parameters<typeof requestWith>[0]) => {
    const decision = ask(change)
    return `${decision.kind} ${gateOf(decision)}`
  }

  it('purpose, what was read, reversibility [R15]', () => {
    expect(outcome({ call: WRITE })).toBe('hold 1')
    expect(outcome({ call: WRITE, task: { purpose: 'investigate' } })).toBe('hold 2')
    expect(outcome({ call: WRITE, exposure: { labels: ['secret'] } })).toBe('hold 2')
    expect(outcome({ call: { ...WRITE, reversibility: 'irreversible' } })).toBe('hold 3')
  })

  it('state of the ticket, severity, environment, approval [R61]', () => {
    const lab = { environment: 'lab', criticality: 1 }
    expect(outcome({ call: CONTAIN, target: lab })).toBe('hold 1')
    expect(outcome({ call: CONTAIN, target: { ...lab, environment: 'production' } })).toBe('hold 2')
    expect(outcome({ call: CONTAIN, target: lab, incident: { isOpen: false } })).toBe('deny 4')
    expect(outcome({ call: CONTAIN, target: lab, incident: { severity: 1 } })).toBe('hold 2')
    expect(ask({ call: CONTAIN, target: lab }, ['base-contain-confirm']).kind).toBe('allow')
  })

  it('what the task did before: the same call after a stranger was read [R37]', () => {
    expect(outcome({ call: WRITE })).toBe('hold 1')
    expect(outcome({ call: WRITE, exposure: { untrustedSources: ['mail__read'] } })).toBe('hold 2')
  })

  it('a role that permits never outweighs a context that forbids, nor the reverse [R13]', () => {
    const everything = loaded.heads.map((head) => head.id)
    const stale = { call: CONTAIN, stale: ['case'] }
    expect(ask(stale, everything)).toMatchObject({ kind: 'deny', reason: 'facts_unavailable' })
    const advisory = { call: CONTAIN, agent: { mode: 'advisory' } } as const
    expect(ask(advisory, everything)).toMatchObject({ kind: 'deny', reason: 'mode_forbids' })
  })
})

describe('modes and purposes', () => {
  it('follow the table of the design, cell by cell [R49] [R50]', () => {
    const calls = {
      read: READ,
      annotate: { action: 'annotate:case', effect: 'annotate' },
      raising: { action: 'update:case', effect: 'influence', direction: 'raises' },
      lowering: { action: 'update:case', effect: 'influence', direction: 'lowers' },
      write: WRITE,
      contain: CONTAIN,
    } as const
    const table = AGENT_MODES.map((mode) => [
      mode,
      ...Object.values(calls).map((call) => {
        const decision = ask({ agent: { mode }, call })
        return decision.kind === 'deny' ? decision.reason : decision.kind
      }),
    ])
    const recorded = Array(5).fill('shadow_recorded')
    expect(table).toEqual([
      ['shadow', 'allow', ...recorded],
      ['advisory', 'allow', 'allow', 'hold', 'hold', 'mode_forbids', 'mode_forbids'],
      ['supervised', 'allow', 'allow', 'allow', 'hold', 'hold', 'hold'],
      ['delegated', 'allow', 'allow', 'allow', 'hold', 'hold', 'hold'],
    ])
  })

  it('let one signature release a write from an investigation and change its purpose [R10]', () => {
    for (const purpose of ['investigate', 'hunt', 'report'] as const) {
      const decision = ask({ call: CONTAIN, task: { purpose } })
      expect(decision.policyIds).toContain('floor-purpose')
      expect(new Set(decision.obligations.map((one) => one.role))).toEqual(new Set(['shift-lead']))
    }
  })
})

/** Any request the product could build. */
const anyRequest: fc.Arbitrary<PolicyRequest> = fc
  .record({
    effect: fc.constantFrom(...EFFECTS),
    mode: fc.constantFrom(...AGENT_MODES),
    purpose: fc.constantFrom(...PURPOSES),
    direction: fc.constantFrom('raises', 'lowers', 'none'),
    reversibility: fc.constantFrom('reversible', 'time-limited', 'compensable', 'irreversible'),
    hasInverse: fc.boolean(),
    flags: fc.subarray([...FLAGS], { maxLength: 2 }),
    targetCount: fc.integer({ min: 1, max: 60 }),
    kind: fc.constantFrom('device', 'account', 'ipv4_net', 'ticket'),
    criticality: fc.integer({ min: 0, max: 5 }),
    environment: fc.constantFrom('production', 'lab', 'unknown'),
    isKnown: fc.boolean(),
    labels: fc.subarray(['privileged', 'soc-infrastructure']),
    severity: fc.integer({ min: 1, max: 5 }),
    tags: fc.subarray(['lateral-movement', 'phishing']),
    exposure: fc.subarray(['secret', 'personal']),
    untrustedSources: fc.subarray(['mail__read']),
  })
  .map((one) =>
    requestWith({
      agent: { mode: one.mode },
      task: { purpose: one.purpose },
      incident: { severity: one.severity, tags: one.tags },
      call: {
        action: `set:${one.kind}`,
        effect: one.effect,
        direction: one.direction,
        reversibility: one.reversibility,
        hasInverse: one.hasInverse,
        flags: one.flags,
        targetCount: one.targetCount,
      },
      target: {
        kind: one.kind,
        criticality: one.criticality,
        environment: one.environment,
        isKnown: one.isKnown,
        labels: one.labels,
      },
      exposure: { labels: one.exposure, untrustedSources: one.untrustedSources },
    }),
  )

describe('over any request', () => {
  const outcomeOf = (request: PolicyRequest) => decide(loaded, request, ENTRY, [])
  const runs = { numRuns: 400 }

  it('a fact that gets worse never lowers the gate [R81] [R119]', () => {
    const worse: readonly ((request: PolicyRequest) => PolicyRequest)[] = [
      (one) => ({ ...one, exposure: { ...one.exposure, untrustedSources: ['web__fetch'] } }),
      (one) => ({ ...one, exposure: { ...one.exposure, labels: ['secret', 'personal'] } }),
      (one) => ({ ...one, target: { ...one.target, criticality: 5 } }),
      (one) => ({
        ...one,
        target: { ...one.target, labels: [...one.target.labels, 'break-glass'] },
      }),
      (one) => ({ ...one, call: { ...one.call, targetCount: one.call.targetCount + 100 } }),
      (one) => ({
        ...one,
        call: { ...one.call, reversibility: 'irreversible', hasInverse: false },
      }),
      (one) => ({
        ...one,
        call: { ...one.call, flags: [...one.call.flags, 'reduces-visibility'] },
      }),
      (one) => ({ ...one, incident: { ...one.incident, severity: 1 } }),
      (one) => ({ ...one, stale: ['case'] }),
    ]
    fc.assert(
      fc.property(anyRequest, fc.constantFrom(...worse), (request, worsen) => {
        expect(gateOf(outcomeOf(worsen(request)))).toBeGreaterThanOrEqual(
          gateOf(outcomeOf(request)),
        )
      }),
      runs,
    )
  })

  it('nothing from a lowering triage change up runs without a person [R49] [R69]', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const { effect, direction } = request.call
        const mustWait =
          EFFECTS.indexOf(effect) > EFFECTS.indexOf('influence') ||
          (effect === 'influence' && direction !== 'raises')
        if (mustWait) expect(outcomeOf(request).kind).not.toBe('allow')
      }),
      runs,
    )
  })

  it('what is held is released by exactly what was asked, and by nothing less', () => {
    fc.assert(
      fc.property(anyRequest, fc.nat(), (request, pick) => {
        const held = outcomeOf(request)
        if (held.kind !== 'hold') return
        const ids = held.obligations.map((one) => one.policyId)
        expect(decide(loaded, request, ENTRY, ids).kind).toBe('allow')
        const missing = ids[pick % ids.length]
        const rest = decide(
          loaded,
          request,
          ENTRY,
          ids.filter((id) => id !== missing),
        )
        expect(rest.kind).toBe('hold')
        expect(rest.obligations.map((one) => one.policyId)).toEqual([missing])
      }),
      runs,
    )
  })

  it('confidence is not an input: a request that carries one is decided the same [R81]', () => {
    expect(shippedBundle().schema).not.toMatch(/confidence/i)
    const sure = { ...requestWith({ call: CONTAIN }), confidence: 0.99 }
    expect(decide(loaded, sure, ENTRY, [])).toEqual(ask({ call: CONTAIN }))
  })
})
