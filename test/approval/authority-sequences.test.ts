/**
 * Any sequence of everything people and time can do to two questions, through the commands on a real store, against
 * a reference model that is told only what was done. What the model does not allow must not have happened, and what
 * people are left with must let somebody act.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { UNACKNOWLEDGED_MS } from '../../src/approval/ladder.ts'
import { onSqlite } from '../harness/stores.ts'
import { isPresent, type Setting, WHO, type Who, waysToRelease } from './authority-model.ts'
import { agree } from './authority-oracle.ts'
import { decide, enrolAgain, sweep, use, wait } from './authority-play.ts'
import { REQUEST_MS } from './authority-questions.ts'
import { applyAll, openPlay, type Step, setting, step } from './authority-steps.ts'
import { idOf, type Play, requestOf } from './authority-world.ts'

const RUNS = 120
const LONG_MS = 60_000
const HOUR_MS = 3_600_000

const ending = fc.constantFrom<Ending>('use', 'stop', 'suspend', 'revoke-key')
type Ending = 'use' | 'stop' | 'suspend' | 'revoke-key'

const [LEAD, COMMANDER] = [0, 2] as const
const fit = { onDutyMs: HOUR_MS, certifiedMs: HOUR_MS }
const ASKED: Setting = {
  people: [
    { roles: ['shift-lead'], ...fit },
    { roles: ['analyst'], onDutyMs: HOUR_MS, certifiedMs: 300_000 },
    { roles: ['incident-commander'], ...fit },
    { roles: ['analyst'], onDutyMs: 0, certifiedMs: 0 },
  ],
  needs: [{ role: 'shift-lead', strength: 'approve' }],
  isIrreversible: false,
}
const BOTH_ROLES: Setting['people'] = [
  { roles: ['shift-lead', 'analyst'], ...fit },
  { roles: ['incident-commander', 'analyst'], ...fit },
  { roles: ['shift-lead', 'incident-commander'], ...fit },
  { roles: ['analyst'], onDutyMs: 0, certifiedMs: 0 },
]
const DUAL: Setting['needs'] = [
  { role: 'incident-commander', strength: 'dual' },
  { role: 'shift-lead', strength: 'dual' },
]

function at(who: Step['who'], other: Step['other'] = 0) {
  return { who, other, at: 0 } as const
}

onSqlite((engine) => {
  const playing = async (end: (play: Play, ending: Ending) => Promise<void>) => {
    const fresh = await engine.fresh()
    const seen = new Set<string>()
    const sequence = fc.array(step, { minLength: 1, maxLength: 25 })
    const property = fc.asyncProperty(setting, sequence, ending, async (chosen, steps, last) => {
      const play = await openPlay(fresh, chosen)
      await applyAll(play, steps)
      await end(play, last)
      for (const one of play.seen) seen.add(one)
    })
    await fc.assert(property, { numRuns: RUNS })
    return seen
  }

  it(
    'no sequence lets somebody release who is not entitled, uses a yes twice, or takes silence for one [R94 R152 R150 R87]',
    async () => {
      const seen = await playing(async (play, ending) => {
        for (const number of [0, 1]) await endYes(play, number, ending)
        await wait(play, REQUEST_MS)
        await sweep(play)
        for (const number of [0, 1]) await use(play, number)
      })
      // Plays in which nothing happens prove nothing.
      const common = ['approve', 'used', 'taken-over', 'stopped', 'revoked']
      expect([...seen]).toEqual(expect.arrayContaining(common))
    },
    LONG_MS,
  )

  it(
    'no sequence leaves somebody who is entitled and on duty unable to act [R150]',
    async () => {
      const seen = await playing(async (play) => {
        for (const at of [0, 1]) await endWell(play, at)
      })
      expect([...seen]).toEqual(expect.arrayContaining(['ended together', 'ended alone']))
    },
    LONG_MS,
  )

  it.each<[string, Setting, readonly Step[], readonly Who[]]>([
    [
      'the certificate of the owner runs out',
      { ...ASKED, needs: [{ role: 'analyst', strength: 'confirm' }] },
      [{ ...at('owner'), do: 'wait', minutes: 3 }],
      [LEAD],
    ],
    [
      'whoever lent the owner their role is suspended',
      ASKED,
      [
        { ...at(0, 1), do: 'lend' },
        { ...at(1), do: 'takeOver' },
        { ...at(0), do: 'suspend' },
      ],
      [COMMANDER],
    ],
    [
      'the owner is suspected and only who signed beside them can follow',
      { ...ASKED, people: BOTH_ROLES, needs: DUAL },
      [
        { ...at(COMMANDER), do: 'approve' },
        { ...at('owner'), do: 'suspect' },
      ],
      [COMMANDER, LEAD],
    ],
  ])(
    'the next role can act when %s long before half of the time [R150 R128]',
    async (_why, chosen, steps, next) => {
      const play = await openPlay(await engine.fresh(), chosen)
      await applyAll(play, steps)
      await endWell(play, 0)
      expect(play.model.questions[0]?.yes?.people).toEqual(next)
    },
  )
})

/** What may become of a yes before it is used: nothing, or any of what ends it. */
async function endYes(play: Play, number: number, how: Ending): Promise<void> {
  const [signer] = play.model.questions[number]?.yes?.people ?? []
  if (signer !== undefined && how !== 'use')
    await applyAll(play, [{ ...at(signer), at: number === 0 ? 0 : 1, do: how }])
  await use(play, number)
  await agree(play)
}

/** Whatever happened before: who could release it does, and where nobody could, whoever is there does it alone. */
async function endWell(play: Play, number: number): Promise<void> {
  await enrolAgain(play)
  // Whoever came on duty since is put in charge by the next page, which is never further away than this.
  await wait(play, UNACKNOWLEDGED_MS)
  await sweep(play)
  const { world, model, ids, seen } = play
  const question = model.questions[number]
  if (question?.state !== 'pending') return
  const { accountable } = await requestOf(world, ids[number] ?? '')
  const [way] = waysToRelease(model, question, accountable)
  const there = WHO.find((who) => isPresent(model, who))
  if (way === undefined) {
    if (there === undefined) return
    seen.add('ended alone')
    await decide(play, 'emergency', there, number)
  } else {
    seen.add('ended together')
    for (const [need, who] of way.entries()) {
      if (question.signed.get(who) === question.needs[need]?.role) continue
      const { owner } = await requestOf(world, ids[number] ?? '')
      if (need === 0 && owner !== idOf(world, who)) await decide(play, 'takeOver', who, number)
      await decide(play, 'approve', who, number)
    }
  }
  expect(question.state, `released by ${way ?? there}`).toBe('approved')
}
