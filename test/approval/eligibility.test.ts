import { describe, expect, it } from 'vitest'
import { eligibility, FAILING_TESTS, mayOwn } from '../../src/approval/eligibility.ts'
import { FAILING_TEXT } from '../../src/approval/failing-text.ts'
import { type DutyView, factsFor, holders, holding } from '../../src/approval/holders.ts'
import type { ApprovalRequest, Signature } from '../../src/approval/request.ts'
import type { Person } from '../../src/identity/person.ts'
import { certificate, duty, NOW_MS, need, person, request, shift } from './duty-world.ts'

const dana = person('dana', ['shift-lead'])
const lea = person('lea', ['shift-lead'])
const ines = person('ines', ['incident-commander'])
const everybody = duty([dana, lea, ines])
const contain = request([need('shift-lead')], { owner: 'dana' })

function verdict(
  who: Person,
  asked: ApprovalRequest = contain,
  view: DutyView = everybody,
  signatures: readonly Signature[] = [],
): string {
  const found = eligibility(factsFor(view, asked, who, signatures))
  return found.isEligible ? `signs ${found.need.role}` : found.failing
}

function signed(who: string, role: Signature['role']): Signature {
  return { tenant: 'main', request: 'id', person: who, role, atMs: NOW_MS }
}

describe('whose yes counts', () => {
  it('the yes of the owner counts, and names the certificate it rests on [R152 R128]', () => {
    expect(eligibility(factsFor(everybody, contain, dana, []))).toEqual({
      isEligible: true,
      need: contain.needs[0],
      heldAs: 'shift-lead',
      certificate: 'certificate-of-dana',
    })
  })

  it('somebody as entitled as the owner is told to take it over first [R152]', () => {
    expect(verdict(lea)).toBe('not_owner')
    expect(FAILING_TEXT.not_owner.next).toBe('Take it over first, then approve it.')
    expect(mayOwn(factsFor(everybody, contain, lea, [])).isEligible).toBe(true)
    expect(verdict(lea, { ...contain, owner: 'lea' })).toBe('signs shift-lead')
  })

  it('a request without an owner is released by nobody, and may be taken over [R150]', () => {
    const unowned = request([need('shift-lead')])
    for (const who of [dana, lea]) {
      expect(verdict(who, unowned)).toBe('not_owner')
      expect(mayOwn(factsFor(everybody, unowned, who, [])).isEligible).toBe(true)
    }
  })

  it('a confirmation needs no take-over, and may come from the analyst the work is done for', () => {
    const asked = request([need('shift-lead', 'confirm')], { owner: 'dana', onBehalfOf: 'lea' })
    expect(verdict(lea, asked)).toBe('signs shift-lead')
  })

  it('a co-signer signs their own need whoever owns the request, and never the owner’s', () => {
    const dual = request([need('incident-commander', 'dual'), need('shift-lead', 'dual')], {
      owner: 'ines',
    })
    expect(verdict(dana, dual)).toBe('signs shift-lead')
    expect(verdict(lea, dual, everybody, [signed('dana', 'shift-lead')])).toBe('role')
    expect(mayOwn(factsFor(everybody, dual, dana, [])).isEligible).toBe(false)
  })

  it('a co-signer who becomes the owner does not stand in their own way', () => {
    const both = person('both', ['shift-lead', 'incident-commander'])
    const view = duty([both, dana])
    const dual = request([need('incident-commander', 'dual'), need('shift-lead', 'dual')])
    const given = [signed('both', 'shift-lead')]
    expect(verdict(both, dual, view, given)).toBe('already_signed')
    expect(mayOwn(factsFor(view, dual, both, given)).isEligible).toBe(true)
  })
})

describe('each test is named when it fails', () => {
  const one = (more: Partial<DutyView>): DutyView => ({ ...everybody, ...more })
  const expired = certificate('dana', 'contain', NOW_MS)
  it.each<[string, string, () => string]>([
    ['suspended', 'a suspended person', () => verdict({ ...dana, state: 'suspended' })],
    [
      'suspect',
      'somebody marked in the case',
      () => verdict(dana, contain, one({ suspects: ['dana'] })),
    ],
    ['role', 'another role', () => verdict(ines)],
    ['on_duty', 'somebody off duty', () => verdict(dana, contain, one({ onDuty: [] }))],
    [
      'on_duty',
      'duty in another role',
      () => verdict(dana, contain, one({ onDuty: [shift('dana', 'analyst')] })),
    ],
    ['certified', 'no certificate', () => verdict(dana, contain, one({ certificates: [] }))],
    ['certified', 'an expired one', () => verdict(dana, contain, one({ certificates: [expired] }))],
    [
      'certified',
      'one for another class',
      () => verdict(dana, contain, one({ certificates: [certificate('dana', 'read')] })),
    ],
    [
      'requester',
      'the analyst it is done for',
      () => verdict(dana, { ...contain, onBehalfOf: 'dana' }),
    ],
    [
      'role_unrecorded',
      'roles not on record',
      () => verdict(dana, contain, one({ unrecorded: ['dana'] })),
    ],
    [
      'certificate_unrecorded',
      'a certificate not on record',
      () => verdict(dana, contain, one({ unrecorded: ['certificate-of-dana'] })),
    ],
    ['target', 'the target', () => verdict(dana, contain, one({ targetNames: ['dana'] }))],
    [
      'agent_owner',
      'the agent’s owner, alone',
      () => verdict(dana, { ...contain, isIrreversible: true, agentOwner: 'dana' }),
    ],
    [
      'limit',
      'more than the role may',
      () =>
        verdict(
          dana,
          {
            ...contain,
            risk: { criticality: 5, targets: 1, environments: ['production'], severity: 1 },
          },
          one({
            limitOf: () => ({
              role: 'shift-lead',
              upTo: 'contain',
              maxCriticality: 4,
              maxTargets: 5,
              environments: ['production'],
            }),
          }),
        ),
    ],
    [
      'already_signed',
      'who signed',
      () =>
        verdict(
          dana,
          request([need('incident-commander', 'dual'), need('shift-lead', 'dual')]),
          everybody,
          [signed('dana', 'shift-lead')],
        ),
    ],
    [
      'no_need_left',
      'nothing left',
      () => verdict(lea, contain, everybody, [signed('dana', 'shift-lead')]),
    ],
    ['not_owner', 'not the owner', () => verdict(lea)],
  ])('%s: %s [R131]', (failing, _who, found) => {
    expect(found()).toBe(failing)
  })

  it('and every test has words for the person and a next step [R131]', () => {
    for (const failing of FAILING_TESTS) {
      expect(FAILING_TEXT[failing].says).toMatch(/^[a-z]/)
      expect(FAILING_TEXT[failing].next).toMatch(/\.$/)
    }
  })
})

describe('authority that was lent', () => {
  const junior = person('junior', ['tier3-analyst'])
  const lent = {
    tenant: 'main',
    id: 'lent',
    delegator: 'dana',
    delegate: 'junior',
    role: 'shift-lead',
    classes: ['contain'],
    fromMs: NOW_MS - 1,
    toMs: NOW_MS + 1,
  } as const
  const view = duty([dana, junior], { delegations: [lent] })
  const theirs = { ...contain, owner: 'junior' }

  it('is used for its role, classes and time, and named in the signature [R134]', () => {
    expect(eligibility(factsFor(view, theirs, junior, []))).toMatchObject({ delegation: 'lent' })
  })
  it.each([
    ['another class', { classes: ['identity'] }],
    ['another role', { role: 'incident-commander' as const }],
    ['before it begins', { fromMs: NOW_MS + 1 }],
    ['after it ended', { toMs: NOW_MS }],
    ['once it was taken back', { endedAtMs: NOW_MS }],
  ])('is worth nothing for %s [R134]', (_what, more) => {
    const other = { ...view, delegations: [{ ...lent, ...more }] }
    expect(verdict(junior, theirs, other)).toBe('role')
  })
  it.each([
    ['is suspended', { state: 'suspended' as const }],
    ['holds the role no more', { roles: ['analyst' as const] }],
  ])('ends when the lender %s [R134]', (_what, more) => {
    const people = [{ ...dana, ...more }, junior]
    expect(verdict(junior, theirs, { ...view, people })).toBe('role')
  })
  it('is worth nothing where the roles of the lender or of the borrower are not on record [R131 R134]', () => {
    expect(verdict(junior, theirs, { ...view, unrecorded: ['dana'] })).toBe('role')
    expect(verdict(junior, theirs, { ...view, unrecorded: ['junior'] })).toBe('role_unrecorded')
  })
})

describe('who is asked', () => {
  it('the first by precedence who could sign; the next when the first could not [R150 R128]', () => {
    expect(holders(everybody, contain)).toEqual(['dana', 'lea'])
    const uncertified = { ...everybody, certificates: [certificate('lea')] }
    expect(holders(uncertified, contain)).toEqual(['lea'])
  })
  it('the next role when nobody of the role could; nobody is not a pass [R150]', () => {
    expect(holding(duty([ines]), contain)).toEqual({
      accountable: 'incident-commander',
      people: ['ines'],
    })
    expect(holding(duty([]), contain)).toBeUndefined()
  })
})
