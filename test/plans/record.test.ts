/** What a stranger who reads the record finds when a plan was not kept to. */
import { describe, expect, it } from 'vitest'
import { encodeHex } from '../../src/ledger/base64.ts'
import { checkInvariants } from '../../src/ledger/invariants.ts'
import { readEntry } from '../../src/ledger/read-entry.ts'
import { CaseStory, digest } from '../ledger/case-story.ts'
import { MemoryLog } from '../ledger/memory-log.ts'

type Event = 'propose' | 'grant' | 'stop' | 'complete' | `step ${number}`

/** The codes found after these events of one plan of two steps. */
function findings(events: readonly Event[]): string[] {
  const log = new MemoryLog()
  const story = new CaseStory(log).open()
  const [plan, request, grant] = [log.nextId(), log.nextId(), log.nextId()]
  const about = { request, action_digest: digest('action') }
  const say = {
    propose: () => {
      story.say('plan.proposed', {
        plan,
        digest: digest('plan'),
        request,
        source: 'agent',
        steps: 2,
        action: 'contain:device',
        effect: 'contain',
        deadline: 1_900_000_000_000,
      })
      story.say('approval.requested', {
        ...about,
        role: 'shift-lead',
        strength: 'approve',
        expires: 1_900_000_000_000,
        claim: 'none',
      })
    },
    grant: () =>
      story.say('approval.granted', {
        ...about,
        person: story.person,
        role: 'shift-lead',
        grant,
        expires: 1_900_000_000_000,
      }),
    stop: () => story.say('plan.stopped', { plan, reason: 'plan_off', calls: 0 }),
    complete: () => story.say('plan.completed', { plan, calls: 2 }),
  }
  for (const event of events) {
    if (event === 'propose' || event === 'grant' || event === 'stop' || event === 'complete') {
      say[event]()
      continue
    }
    const call = story.call('edr__isolate')
    call.decide('allow')
    call.lease()
    call.dispatch({ plan, step: Number(event.split(' ')[1]) })
    call.outcome('applied_verified')
  }
  const placed = log.entries.map(({ index, bytes, leafHash }) => {
    const read = readEntry(bytes)
    if (!read.ok) throw new Error(read.fault)
    return { index, leaf: encodeHex(leafHash), entry: read.entry }
  })
  return checkInvariants(placed).findings.map(({ code }) => code)
}

describe('a record of a plan', () => {
  it('has no finding when the plan was kept', () => {
    const kept: Event[] = ['propose', 'grant', 'step 0', 'step 0', 'step 1', 'complete']
    expect(findings(kept)).toEqual([])
  })

  it.each<[string, Event[], string]>([
    ['a step that nobody approved', ['propose', 'step 0'], 'plan_not_approved'],
    ['a step of no plan', ['step 0'], 'plan_unknown'],
    ['a step before its turn', ['propose', 'grant', 'step 0', 'step 2'], 'plan_order'],
    ['a step back', ['propose', 'grant', 'step 0', 'step 1', 'step 0'], 'plan_order'],
    ['a step after the stop', ['propose', 'grant', 'step 0', 'stop', 'step 1'], 'plan_ended'],
    ['two ends', ['propose', 'grant', 'stop', 'complete'], 'plan_ended'],
  ])('names %s', (_what, events, code) => {
    expect(findings(events)).toContain(code)
  })
})
