import { describe, expect, it } from 'vitest'
import { eligibility } from '../../src/approval/eligibility.ts'
import { type DutyView, factsFor } from '../../src/approval/holders.ts'
import {
  climb,
  escalate,
  openLadder,
  takenOver,
  UNACKNOWLEDGED_MS,
} from '../../src/approval/ladder.ts'
import type { ApprovalRequest } from '../../src/approval/request.ts'
import type { Rung } from '../../src/approval/rung.ts'
import { certificate, duty, NOW_MS, need, person, request, shift } from './duty-world.ts'

const dana = person('dana', ['shift-lead'])
const lea = person('lea', ['shift-lead'])
const ines = person('ines', ['incident-commander'])
const all = [dana, lea, ines]
const HALF_MS = 450_000

/** The same people, `ms` later; certificates and shifts reach far enough. */
function later(ms: number, people = all, more: Partial<DutyView> = {}): DutyView {
  const nowMs = NOW_MS + ms
  return { ...duty(people), nowMs, certificates: people.map(({ id }) => certificate(id)), ...more }
}

const opened = (view = later(0), asked = request([need('shift-lead')])): ApprovalRequest =>
  openLadder(view, asked).request
const told = (rungs: readonly Rung[]) =>
  rungs.map(({ kind, reason, person: paged }) => `${kind} ${reason} ${paged ?? 'nobody'}`)
const mayRelease = (view: DutyView, asked: ApprovalRequest, who = dana) =>
  eligibility(factsFor(view, asked, who, [])).isEligible

describe('who is paged', () => {
  it('the owner first, and then what is due next is known [R150]', () => {
    const asked = opened()
    expect(asked).toMatchObject({ owner: 'dana', ladder: { paged: ['dana'] } })
    expect(asked.dueAtMs).toBe(NOW_MS + UNACKNOWLEDGED_MS)
  })
  it('primary and backup at once where the case is of severity 1', () => {
    const risk = { criticality: 2, targets: 1, environments: ['production'], severity: 1 }
    expect(opened(later(0), request([need('shift-lead')], { risk })).ladder?.paged).toEqual([
      'dana',
      'lea',
    ])
  })
  it('the next after two minutes without an answer, and the owner keeps it', () => {
    const { request: climbed, rungs } = climb(later(UNACKNOWLEDGED_MS), opened(), [])
    expect(told(rungs)).toEqual(['escalated unacknowledged lea'])
    expect(climbed).toMatchObject({ owner: 'dana', ladder: { paged: ['dana', 'lea'] } })
  })
  it('nobody else once somebody who was asked has it', () => {
    const asked = { ...opened(), acknowledgedBy: 'dana', acknowledgedAtMs: NOW_MS + 1 }
    expect(climb(later(UNACKNOWLEDGED_MS), asked, []).rungs).toEqual([])
  })
  it.each<[string, Partial<DutyView>]>([
    ['certificate', { certificates: [certificate('dana', 'contain', NOW_MS + 1)] }],
    ['shift', { onDuty: [shift('dana', 'shift-lead', 0, { toMs: NOW_MS + 1 })] }],
  ])('whoever is next as soon as the %s of the owner ends [R128 R145]', (_what, more) => {
    expect(opened(later(0, [dana], more)).dueAtMs).toBe(NOW_MS + 1)
  })
  it('nobody before it is due, and nobody once it is decided', () => {
    expect(climb(later(UNACKNOWLEDGED_MS - 1), opened(), []).rungs).toEqual([])
    expect(climb(later(HALF_MS), { ...opened(), state: 'approved' }, []).rungs).toEqual([])
  })
})

describe('at half the time', () => {
  it('the next role becomes accountable, and a later yes of the earlier person is advice [R94]', () => {
    const view = later(HALF_MS)
    const asked = opened()
    expect(mayRelease(view, asked)).toBe(true)
    const { request: climbed, rungs } = climb(view, asked, [])
    expect(told(rungs)).toEqual(['escalated half_time ines'])
    expect(climbed).toMatchObject({ owner: 'ines', accountable: 'incident-commander' })
    expect(mayRelease(view, climbed)).toBe(false)
    expect(mayRelease(view, climbed, ines)).toBe(true)
  })
  it('stays where it is when nobody above could answer: that would be a dead end', () => {
    const { request: climbed } = climb(later(HALF_MS, [dana, lea]), opened(), [])
    expect(climbed.owner).toBe('dana')
    expect(mayRelease(later(HALF_MS, [dana, lea]), climbed)).toBe(true)
  })
  it('comes back to the named role when the role above leaves', () => {
    const { request: climbed } = climb(later(HALF_MS), opened(), [])
    const { request: back, rungs } = climb(later(HALF_MS + 1, [dana, lea]), climbed, [])
    expect(told(rungs)).toEqual(['handed_over off_duty dana'])
    expect(back.accountable).toBeUndefined()
  })
  it('a role that signs anyway is never the next one: two signatures need two roles', () => {
    const dual = request([need('shift-lead', 'dual'), need('incident-commander', 'dual')])
    expect(climb(later(HALF_MS), opened(later(0), dual), []).request.owner).toBe('dana')
  })
})

describe('when the owner cannot own it any more', () => {
  it.each<[string, string, DutyView]>([
    ['their shift ends', 'off_duty', later(1, all, { onDuty: [shift('lea', 'shift-lead')] })],
    ['they are suspended', 'not_entitled', later(1, [{ ...dana, state: 'suspended' }, lea, ines])],
    [
      'their certificate runs out',
      'not_entitled',
      later(1, all, { certificates: [certificate('lea')] }),
    ],
    ['they are marked as suspect', 'not_entitled', later(1, all, { suspects: ['dana'] })],
  ])('because %s, the incoming holder owns it, on record [R145 R128]', (_why, reason, view) => {
    const { request: climbed, rungs } = climb(view, opened(), [])
    expect(told(rungs)).toEqual([`handed_over ${reason} lea`])
    expect(rungs[0]).toMatchObject({ previous: 'dana' })
    expect(climbed.owner).toBe('lea')
  })
  it('and nobody can, it waits without an owner for the first who may take it over [R150]', () => {
    const nobody = later(1, [])
    const { request: waiting, rungs } = climb(nobody, opened(), [])
    expect(told(rungs)).toEqual(['escalated no_holder nobody'])
    expect(waiting.owner).toBeUndefined()
    expect(climb(nobody, waiting, []).rungs).toEqual([])
    expect(told(climb(later(2), waiting, []).rungs)).toEqual(['handed_over came_on_duty dana'])
  })
  it('and who signed beside them is the only one left, that yes ends: nobody meets two needs [R150]', () => {
    const signed = {
      tenant: 't1',
      request: 'r',
      person: 'ines',
      role: 'incident-commander',
    } as const
    const asked = opened(later(0), request([need('shift-lead'), need('incident-commander')]))
    const lead = { ...ines, roles: ['shift-lead', 'incident-commander'] } as const
    const beside = [{ ...signed, atMs: NOW_MS }]
    const alone = climb(later(1, [lead]), asked, beside)
    expect(told(alone.rungs)).toEqual(['handed_over off_duty ines'])
    expect(alone.rungs[0]).toMatchObject({ withdrawn: true })
    const two = climb(later(1, [lead, lea]), asked, beside)
    expect(two.request.owner, 'others are asked first').toBe('lea')
    expect(two.rungs.filter(({ withdrawn }) => withdrawn)).toEqual([])
  })
  it('a take-over answers the page', () => {
    const taken = takenOver(later(1), opened(), 'lea')
    expect(climb(later(UNACKNOWLEDGED_MS + 1), taken, []).rungs).toEqual([])
    expect(taken.owner).toBe('lea')
  })
})

describe('asked for the next role', () => {
  it('it becomes accountable at once, and nothing is released [R135]', () => {
    const found = escalate(later(1), opened(), [])
    expect(found?.request).toMatchObject({ owner: 'ines', state: 'pending' })
    expect(told(found?.rungs ?? [])).toEqual(['escalated asked ines'])
  })
  it('there is none when nobody above is on duty', () => {
    expect(escalate(later(1, [dana]), opened(), [])).toBeUndefined()
  })
})
