import { describe, expect, it } from 'vitest'
import { encodeHex } from '../../src/ledger/base64.ts'
import type { InvariantReport, PlacedEntry } from '../../src/ledger/finding.ts'
import { checkInvariants } from '../../src/ledger/invariants.ts'
import { readEntry } from '../../src/ledger/read-entry.ts'
import { CaseStory, digest } from './case-story.ts'
import { MemoryLog } from './memory-log.ts'

function placed(log: MemoryLog): PlacedEntry[] {
  return log.entries.map(({ index, bytes, leafHash }) => {
    const read = readEntry(bytes)
    if (!read.ok) throw new Error(read.fault)
    return { index, leaf: encodeHex(leafHash), entry: read.entry }
  })
}

function check(log: MemoryLog): InvariantReport {
  return checkInvariants(placed(log))
}

function codes(log: MemoryLog): string[] {
  return check(log).findings.map(({ code }) => code)
}

/** An open case, ready for calls. */
function begin(): { log: MemoryLog; story: CaseStory } {
  const log = new MemoryLog()
  return { log, story: new CaseStory(log).open() }
}

describe('a record that keeps the rules', () => {
  it('has no findings: a read, an approved write and a denied call', () => {
    const { log } = begin()
    new CaseStory(log).play()
    expect(check(log)).toEqual({
      findings: [],
      open: [],
      unknown: [],
      monitored: [],
      citedOutside: 0,
      dispatched: 2,
    })
  })

  it('keeps apart what is still running, what is unknown and what was only monitored', () => {
    const { log, story } = begin()
    const calls = ['a', 'b', 'c'].map((tool) => story.call(tool))
    for (const call of calls) {
      call.decide(call.tool === 'c' ? 'deny' : 'allow', { enforced: call.tool !== 'c' })
      call.lease()
      call.dispatch()
    }
    const [a, b, c] = calls
    b?.outcome('unknown')
    c?.outcome('failed')
    const report = check(log)
    expect(report.findings).toEqual([])
    expect(report.open.map(({ call }) => call)).toEqual([a?.id])
    expect(report.unknown.map(({ call }) => call)).toEqual([b?.id])
    expect(report.monitored.map(({ call }) => call)).toEqual([c?.id])
  })

  it('lets a later probe settle an unknown outcome once, and a second attempt follow its own decision', () => {
    const { log, story } = begin()
    const call = story.call('edge__block')
    call.decide('allow')
    call.lease()
    call.dispatch()
    call.outcome('unknown')
    call.outcome('no_effect')
    call.attempt = 2
    call.decide('allow')
    call.lease()
    call.dispatch()
    call.outcome('applied_verified')
    expect(codes(log)).toEqual([])
  })
})

describe('a record that breaks a rule', () => {
  it('is found out when something was sent without a decision that lets it pass', () => {
    for (const decision of ['deny', 'hold'] as const) {
      const { log, story } = begin()
      const call = story.call('edge__block')
      call.decide(decision)
      call.lease()
      call.dispatch()
      expect(codes(log)).toEqual(['lease_without_decision', 'dispatch_without_decision'])
    }
  })

  it('is found out when the decision is not cited, is of another call or of other arguments', () => {
    const uncited = begin()
    const call = uncited.story.call('edge__block')
    call.decide('allow')
    call.lease()
    call.dispatch({}, [call.leased])
    expect(codes(uncited.log)).toEqual(['dispatch_without_decision'])

    const foreign = begin()
    const first = foreign.story.call('edge__block')
    const second = foreign.story.call('edge__block')
    first.decide('allow')
    second.decide('deny')
    second.lease([first.decided])
    second.dispatch({}, [first.decided, second.leased])
    expect(codes(foreign.log)).toEqual(['lease_without_decision', 'dispatch_without_decision'])

    const changed = begin()
    const other = changed.story.call('edge__block')
    other.decide('allow')
    other.lease()
    other.dispatch({ fingerprint: digest('other arguments') })
    expect(codes(changed.log)).toEqual(['dispatch_without_decision'])
  })

  it('is found out when something was sent without its lease, or with that of another tool', () => {
    const { log, story } = begin()
    const call = story.call('edge__block')
    call.decide('allow')
    call.lease()
    call.dispatch({}, [call.decided])
    expect(codes(log)).toEqual(['dispatch_without_lease'])

    const other = begin()
    const swapped = other.story.call('edge__block')
    swapped.decide('allow')
    swapped.lease()
    swapped.dispatch({ lease: story.task })
    expect(codes(other.log)).toEqual(['dispatch_without_lease'])
  })

  it('is found out when it borrows the decision or the lease of a twin call', () => {
    const decided = begin()
    const [first, second] = [decided.story.call('edge__block'), decided.story.call('edge__block')]
    first.decide('allow')
    second.decide('allow')
    second.lease()
    second.dispatch({ fingerprint: first.fingerprint }, [first.decided, second.leased])
    expect(codes(decided.log)).toEqual(['dispatch_without_decision'])

    const leased = begin()
    const [one, two] = [leased.story.call('edge__block'), leased.story.call('edge__block')]
    one.decide('allow')
    one.lease()
    two.decide('allow')
    two.dispatch({ lease: one.leaseId }, [two.decided, one.leased])
    expect(codes(leased.log)).toEqual(['dispatch_without_lease'])

    const other = begin()
    const call = other.story.call('edge__block')
    call.decide('allow')
    call.lease()
    call.dispatch({ tool: 'edge__unblock' })
    expect(codes(other.log)).toEqual(['dispatch_without_lease'])
  })

  it('is found out when an entry of a call does not say which call', () => {
    const { log, story } = begin()
    const call = story.call('edge__block')
    story.say('tool.call.outcome', { ...call.named(), outcome: 'failed', duration_ms: 1 })
    expect(codes(log)).toEqual(['call_missing', 'outcome_without_dispatch'])
  })

  it('is found out when one attempt was sent twice', () => {
    const { log, story } = begin()
    const call = story.call('edge__block')
    call.decide('allow')
    call.lease()
    call.dispatch()
    call.dispatch()
    expect(codes(log)).toEqual(['attempt_dispatched_twice'])
  })

  it('is found out when an outcome is settled twice, taken back, or of nothing', () => {
    for (const [first, then] of [
      ['failed', 'applied_verified'],
      ['applied_verified', 'unknown'],
      ['unknown', 'unknown'],
    ] as const) {
      const { log, story } = begin()
      const call = story.call('edge__block')
      call.decide('allow')
      call.lease()
      call.dispatch()
      call.outcome(first)
      call.outcome(then)
      expect(codes(log), `${first} then ${then}`).toEqual(['outcome_twice'])
    }
    const { log, story } = begin()
    const call = story.call('edge__block')
    call.decide('deny')
    call.outcome('failed', [])
    expect(codes(log)).toEqual(['outcome_without_dispatch'])
  })
})

describe('a yes of a person', () => {
  function held(): ReturnType<typeof begin> & {
    call: ReturnType<CaseStory['call']>
    request: string
  } {
    const { log, story } = begin()
    const call = story.call('edge__block')
    const request = log.nextId()
    call.decide('hold', { request })
    call.ask(request)
    return { log, story, call, request }
  }

  it('is used once', () => {
    const { log, call, request } = held()
    const grant = call.grant(request)
    for (const attempt of [1, 2]) {
      call.attempt = attempt
      call.decide('allow', { request })
      call.lease()
      call.dispatch({ grant })
      call.outcome('failed')
    }
    expect(codes(log)).toEqual(['grant_used_twice'])
  })

  it('is needed where one was asked for, and must exist', () => {
    const without = held()
    without.call.decide('allow', { request: without.request })
    without.call.lease()
    without.call.dispatch()
    expect(codes(without.log)).toEqual(['dispatch_without_grant'])

    const invented = held()
    invented.call.grant(invented.request)
    invented.call.decide('allow', { request: invented.request })
    invented.call.lease()
    invented.call.dispatch({ grant: invented.log.nextId() })
    expect(codes(invented.log)).toEqual(['grant_unknown'])
  })

  it('holds only for the call it was asked for', () => {
    const { log, story, call, request } = held()
    const grant = call.grant(request)
    const other = story.call('edge__block')
    other.decide('allow')
    other.lease()
    other.dispatch({ grant })
    expect(codes(log)).toEqual(['grant_for_other_action'])
  })

  it('covers exactly the digest that was shown', () => {
    const { log, story, call, request } = held()
    story.say(
      'approval.granted',
      {
        request,
        action_digest: digest('another action'),
        person: story.person,
        role: 'shift-lead',
        grant: log.nextId(),
        expires: 0,
      },
      { call: call.id },
    )
    expect(codes(log)).toEqual(['action_digest_changed'])
    const twice = held()
    twice.story.call('edge__block').ask(twice.request)
    expect(codes(twice.log)).toEqual(['request_for_other_action'])
    const reused = held()
    reused.story.call('edge__other').decide('hold', { request: reused.request })
    expect(codes(reused.log)).toEqual(['request_for_other_action'])
  })

  it('never comes out of a request that ended otherwise', () => {
    for (const how of ['denied', 'expired', 'cancelled'] as const) {
      const { log, call, request } = held()
      call.end(how, request)
      call.decide('allow', { request })
      call.lease()
      call.dispatch()
      expect(codes(log), how).toEqual(['dispatch_after_refusal', 'dispatch_without_grant'])

      const late = held()
      late.call.end(how, late.request)
      const grant = late.call.grant(late.request)
      late.call.decide('allow', { request: late.request })
      late.call.lease()
      late.call.dispatch({ grant })
      expect(codes(late.log), how).toEqual(['request_closed_twice', 'dispatch_after_refusal'])
    }
  })

  it('is worth nothing once voided, and one request gives one yes', () => {
    const { log, story, call, request } = held()
    const grant = call.grant(request)
    story.say('grant.voided', {
      request,
      action_digest: call.actionDigest,
      grant,
      reason: 'stopped',
    })
    call.decide('allow', { request })
    call.lease()
    call.dispatch({ grant })
    expect(codes(log)).toEqual(['grant_voided'])
    const twice = held()
    twice.call.grant(twice.request)
    twice.call.grant(twice.request)
    expect(codes(twice.log)).toEqual(['request_closed_twice'])
  })

  it('is taken back when its request is cancelled afterwards, also for a call that no longer names it', () => {
    const { log, call, request } = held()
    const grant = call.grant(request)
    call.end('cancelled', request)
    call.decide('allow')
    call.lease()
    call.dispatch({ grant })
    expect(codes(log)).toEqual(['request_closed_twice', 'dispatch_after_refusal'])
  })

  it('is that of the request the decision names, not of an earlier one, and has an id of its own', () => {
    const { log, story, call, request } = held()
    const grant = call.grant(request)
    const second = log.nextId()
    call.decide('hold', { request: second })
    call.ask(second)
    call.grant(second)
    call.decide('allow', { request: second })
    call.lease()
    call.dispatch({ grant })
    expect(codes(log)).toEqual(['grant_for_other_action'])

    const twin = log.nextId()
    call.ask(twin)
    const { actionDigest: action_digest } = call
    story.say('approval.granted', {
      request: twin,
      action_digest,
      person: story.person,
      role: 'shift-lead',
      grant,
      expires: 0,
    })
    expect(codes(log)).toEqual(['grant_for_other_action', 'grant_used_twice'])
  })

  it('speaks of a request that was raised', () => {
    const { log, story } = begin()
    story.call('edge__block').grant(log.nextId())
    expect(codes(log)).toEqual(['request_unknown'])
  })
})

describe('the order of a case', () => {
  const log = new MemoryLog()
  new CaseStory(log).play()
  const entries = placed(log).filter(({ entry }) => entry.case !== undefined)
  const found = (changed: readonly PlacedEntry[]) =>
    new Set(checkInvariants(changed).findings.map(({ code }) => code))

  it('shows every left-out, doubled and swapped entry', () => {
    for (let at = 0; at < entries.length - 1; at++) {
      const [one, two] = entries.slice(at, at + 2)
      if (one === undefined || two === undefined) continue
      expect(found(entries.toSpliced(at, 1)), `without ${at}`).toContain('case_sequence_gap')
      expect(found(entries.toSpliced(at, 0, one)), `${at} twice`).toContain('case_sequence_gap')
      expect(found(entries.toSpliced(at, 2, two, one)), `${at} swapped`).toContain(
        'case_sequence_gap',
      )
    }
  })

  it('shows an entry replaced by another at the same place', () => {
    const replaced = entries.map((each, i) => (i === 4 ? { ...each, leaf: '0'.repeat(64) } : each))
    expect(found(replaced)).toContain('case_link_wrong')
    expect(found(replaced)).toContain('citation_wrong')
  })

  it('refuses citations that point forward, and counts those that point outside', () => {
    const citing = entries.find(({ entry }) => entry.cites !== undefined)
    const [cite] = citing?.entry.cites ?? []
    if (citing === undefined || cite === undefined) throw new Error('no citation')
    const forward = {
      ...citing,
      entry: { ...citing.entry, cites: [{ ...cite, index: citing.index }] },
    }
    expect(found([...entries.slice(0, citing.index), forward])).toContain('citation_wrong')
    const tail = entries.slice(3)
    expect(checkInvariants(tail).citedOutside).toBeGreaterThan(0)
  })
})
