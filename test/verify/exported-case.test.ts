import { describe, expect, it } from 'vitest'
import { sha256 } from '../../src/kernel/digest.ts'
import type { EntryDraft } from '../../src/kernel/entry.ts'
import { withSignature } from '../../src/ledger/checkpoint.ts'
import { writeExport } from '../../src/ledger/export-format.ts'
import { parseNote, signatureLine } from '../../src/ledger/note.ts'
import { encodeVkey, signerFromSeed } from '../../src/ledger/note-key.ts'
import { parseExport } from '../../src/ledger/read-export.ts'
import { reportText } from '../../src/verify/report.ts'
import type { Verdict } from '../../src/verify/verdict.ts'
import { verifyExport } from '../../src/verify/verify.ts'
import { CaseStory, digest } from '../ledger/case-story.ts'
import { MemoryLog, ORIGIN } from '../ledger/memory-log.ts'

function trusting(log: MemoryLog): string {
  return `log ${log.vkey}\nquorum none\n`
}

function stateOf(verdict: Verdict, name: string): string | undefined {
  return verdict.checks.find((check) => check.name === name)?.state
}

function played(): { log: MemoryLog; story: CaseStory } {
  const log = new MemoryLog()
  const story = new CaseStory(log)
  story.play()
  return { log, story }
}

describe('an exported case', () => {
  it('proves agent, accountable person, policy version and outcome of each action offline [R29]', async () => {
    const log = new MemoryLog()
    const story = new CaseStory(log)
    const approved = story.play()
    const verdict = verifyExport(writeExport(await log.exportCase(story.caseId)), trusting(log))
    expect(verdict.exitCode).toBe(0)
    expect(verdict.actions?.map(({ tool, outcome }) => [tool, outcome])).toEqual([
      ['logs__query', 'no_effect'],
      ['edge__block_address', 'applied_verified'],
      ['edge__flush', 'not sent'],
    ])
    const [, block] = verdict.actions ?? []
    expect(block).toMatchObject({
      call: approved.id,
      agent: story.agent,
      decisions: [
        { decision: 'hold', bundle: digest('bundle') },
        { decision: 'allow', bundle: digest('bundle') },
      ],
      requests: [
        {
          role: 'shift-lead',
          owner: story.person,
          answers: [
            {
              answer: 'approved',
              person: story.person,
              role: 'shift-lead',
              actionDigest: approved.actionDigest,
            },
          ],
        },
      ],
    })
    const dispatched = log.entries[block?.dispatchedAt ?? -1]
    expect(Buffer.from(dispatched?.bytes ?? []).toString()).toContain('tool.call.dispatched')
  })

  it('shows the answer a call rests on also when an earlier call asked, and who took the question over', async () => {
    const log = new MemoryLog()
    const story = new CaseStory(log).open()
    const [first, again] = [story.call('edge__block'), story.call('edge__block')]
    const request = log.nextId()
    const second = log.nextId()
    first.decide('hold', { request })
    first.ask(request)
    story.say('approval.taken_over', {
      request,
      action_digest: first.actionDigest,
      person: second,
      previous: story.person,
    })
    const grant = first.grant(request)
    again.decide('allow', { request, fingerprint: first.fingerprint })
    again.lease()
    again.dispatch({ grant, fingerprint: first.fingerprint })
    const verdict = verifyExport(writeExport(await log.exportCase(story.caseId)), trusting(log))
    expect(verdict.exitCode).toBe(0)
    const answered = { owner: second, answers: [{ answer: 'approved', person: story.person }] }
    expect(verdict.actions).toMatchObject([
      { call: first.id, outcome: 'waiting', requests: [answered] },
      { call: again.id, outcome: 'open', requests: [answered] },
    ])
  })

  it('is read back exactly as it was written', async () => {
    const { log, story } = played()
    const parts = await log.exportCase(story.caseId, (field) =>
      field === 'reason' ? 'withheld' : 'disclosed',
    )
    expect(parseExport(writeExport(parts))).toEqual(parts)
  })

  it('verifies among other cases of a log, and holds nothing of them', async () => {
    const log = new MemoryLog()
    const stories = [new CaseStory(log), new CaseStory(log), new CaseStory(log)] as const
    for (let i = 0; i < 400; i++)
      stories[i % 3]?.say('stop.released', { stop: log.nextId(), person: log.nextId() })
    for (const story of stories) story.open()
    const parts = await log.exportCase(stories[1].caseId)
    const file = writeExport(parts)
    const verdict = verifyExport(file, trusting(log))
    expect(verdict.exitCode).toBe(0)
    expect(verdict.subject).toMatchObject({
      case: stories[1].caseId,
      treeSize: 407,
      entries: parts.entries.length,
    })
    const all = Buffer.concat(parts.entries.map(({ bytes }) => bytes)).toString()
    for (const other of [stories[0], stories[2]]) {
      for (const id of [other.caseId, other.agent, other.task]) expect(all.includes(id)).toBe(false)
    }
  })

  it('is complete though entries came between its reading and its closing entry, which stay withheld', async () => {
    for (const state of ['withheld', 'disclosed'] as const) {
      const { log, story } = played()
      const late = story.call('edge__late')
      const choose = (_: string, draft: { id: string }) =>
        draft.id === late.decided ? state : 'disclosed'
      const parts = await log.exportCase(story.caseId, choose, () => late.decide('deny'))
      const verdict = verifyExport(writeExport(parts), trusting(log))
      expect(verdict.exitCode).toBe(state === 'withheld' ? 0 : 5)
      expect(verdict.subject?.entries).toBe(16)
    }
  })

  it('of 500 entries verifies in less than 250 ms of CPU per run on average', async () => {
    const log = new MemoryLog()
    const story = new CaseStory(log).open()
    for (let i = 0; i < 100; i++) {
      const call = story.call('logs__query')
      call.decide('allow')
      call.lease()
      call.dispatch()
      call.outcome('no_effect')
      story.say('tool.result.delivered', { labels: ['internal'], redactions: 0 }, { call: call.id })
    }
    const file = writeExport(await log.exportCase(story.caseId))
    verifyExport(file)
    const before = process.cpuUsage()
    for (let run = 0; run < 4; run++) expect(verifyExport(file).exitCode).toBe(8)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 4000).toBeLessThan(250)
  })
})

describe('what is not in the file', () => {
  it('is said: withheld payloads stay withheld and the rest verifies', async () => {
    const { log, story } = played()
    const parts = await log.exportCase(story.caseId, (field) =>
      field === 'reason' ? 'withheld' : 'disclosed',
    )
    const verdict = verifyExport(writeExport(parts), trusting(log))
    expect(verdict.exitCode).toBe(0)
    expect(reportText(verdict)).toContain('9 match, 1 withheld')
  })

  it('may be erased and the chain still verifies, when the case records the erasure [R123]', async () => {
    const { log, story } = played()
    story.say('privacy.payload.erased', {
      data_class: 'personal',
      reason: 'request',
      keys: [digest('key')],
    })
    const choose = (field: string, { payloads }: EntryDraft) =>
      payloads?.[field]?.dataClass === 'personal' ? 'erased' : 'disclosed'
    const parts = await log.exportCase(story.caseId, choose)
    const verdict = verifyExport(writeExport(parts), trusting(log))
    expect(verdict.exitCode).toBe(0)
    expect(reportText(verdict)).toContain('4 match, 6 erased')
  })

  it('fails when called erased without an entry that erased this class, or only before it was written', async () => {
    for (const data_class of [undefined, 'secret', 'personal']) {
      const { log, story } = played()
      if (data_class !== undefined)
        story.say('privacy.payload.erased', { data_class, reason: 'request', keys: [] })
      const late = story.call('edge__block')
      if (data_class === 'personal') late.decide('deny')
      const choose = (_: string, draft: { id: string; type: string }) => {
        const isErased =
          data_class === 'personal' ? draft.id === late.decided : draft.type === 'approval.granted'
        return isErased ? 'erased' : 'disclosed'
      }
      const verdict = verifyExport(
        writeExport(await log.exportCase(story.caseId, choose)),
        trusting(log),
      )
      expect([verdict.exitCode, stateOf(verdict, 'payloads')], data_class).toEqual([5, 'failed'])
    }
  })

  it('leaves the verification incomplete when it should be there and is missing', async () => {
    const { log, story } = played()
    const parts = await log.exportCase(story.caseId, (field) =>
      field === 'result' ? 'missing' : 'disclosed',
    )
    const verdict = verifyExport(writeExport(parts), trusting(log))
    expect([verdict.exitCode, stateOf(verdict, 'payloads')]).toEqual([8, 'incomplete'])
    expect(verdict.summary).toBe('verification incomplete: payloads, not independently witnessed')
  })

  it('shows when the record itself breaks a rule of the gateway', async () => {
    const log = new MemoryLog()
    const story = new CaseStory(log).open()
    const call = story.call('edge__block')
    call.decide('deny')
    call.lease()
    call.dispatch()
    const verdict = verifyExport(writeExport(await log.exportCase(story.caseId)), trusting(log))
    expect([verdict.exitCode, stateOf(verdict, 'rules')]).toEqual([5, 'failed'])
    expect(verdict.actions).toBeUndefined()
    expect(reportText(verdict)).toContain('dispatch_without_decision at entry 4')
  })

  it('counts a call that still runs instead of failing it', async () => {
    const log = new MemoryLog()
    const story = new CaseStory(log).open()
    const call = story.call('edge__block')
    call.decide('allow')
    call.lease()
    call.dispatch()
    const verdict = verifyExport(writeExport(await log.exportCase(story.caseId)), trusting(log))
    expect(verdict.exitCode).toBe(0)
    expect(reportText(verdict)).toContain('1 without an outcome yet')
  })
})

describe('trust', () => {
  const witnesses = ['w1', 'w2'].map((name) =>
    signerFromSeed(`witness.example/${name}`, 'cosignature', sha256(Buffer.from(name))),
  )
  const [w1, w2] = witnesses
  if (w1 === undefined || w2 === undefined) throw new Error('two witnesses')
  const AT = 1_790_000_000

  async function cosigned(by: typeof witnesses): Promise<{ log: MemoryLog; file: Uint8Array }> {
    const { log, story } = played()
    const parts = await log.exportCase(story.caseId)
    const { text } = parseNote(Buffer.from(parts.checkpoint))
    const checkpoint = by.reduce(
      (note, signer) => withSignature(note, signatureLine(signer, text, AT)),
      parts.checkpoint,
    )
    return { log, file: writeExport({ ...parts, checkpoint }) }
  }

  it('is not given without a policy: self-consistent, signer not trusted, not independently witnessed', async () => {
    const { file } = await cosigned([w1])
    const verdict = verifyExport(file)
    expect(verdict.exitCode).toBe(8)
    expect(verdict.summary).toBe('self-consistent, signer not trusted, not independently witnessed')
  })

  it('is not given to a signer the policy does not list, even under the same name', async () => {
    const { file } = await cosigned([])
    const other = signerFromSeed(ORIGIN, 'ed25519', sha256(Buffer.from('another')))
    const strangers = signerFromSeed('other.example/log', 'ed25519', sha256(Buffer.from('another')))
    for (const [key, words] of [
      [other.key, 'with another key'],
      [strangers.key, 'does not list this log'],
    ] as const) {
      const verdict = verifyExport(file, `log ${encodeVkey(key)}\nquorum none\n`)
      expect(verdict.exitCode).toBe(8)
      expect(reportText(verdict)).toContain(words)
    }
    expect(verifyExport(file, 'quorum none\n').exitCode).toBe(8)
  })

  it('is not given because another listed log signed too, and fails on a wrong signature of a listed key', async () => {
    const { log, story } = played()
    const parts = await log.exportCase(story.caseId)
    const { text } = parseNote(Buffer.from(parts.checkpoint))
    const neighbour = signerFromSeed(
      'other.example/log',
      'ed25519',
      sha256(Buffer.from('neighbour')),
    )
    const countersigned = withSignature(parts.checkpoint, signatureLine(neighbour, text))
    const trustNeighbour = `log ${encodeVkey(neighbour.key)}\nquorum none\n`
    expect(
      verifyExport(writeExport({ ...parts, checkpoint: countersigned }), trustNeighbour).exitCode,
    ).toBe(8)

    // A key that took over from an earlier one: both lines stand during the change, both must be right.
    const next = signerFromSeed(ORIGIN, 'ed25519', sha256(Buffer.from('next key')))
    const trustNext = `log ${encodeVkey(next.key)}\nquorum none\n`
    for (const [signed, exitCode] of [
      [text, 0],
      ['another text\n', 5],
    ] as const) {
      const checkpoint = withSignature(parts.checkpoint, signatureLine(next, signed))
      expect(verifyExport(writeExport({ ...parts, checkpoint }), trustNext).exitCode).toBe(exitCode)
    }
  })

  it('says "not independently witnessed" when the policy asks for no witness and none cosigned', async () => {
    const { log, file } = await cosigned([])
    const verdict = verifyExport(file, trusting(log))
    expect([verdict.exitCode, verdict.summary]).toEqual([
      0,
      'verified, not independently witnessed',
    ])
  })

  it('needs the quorum of its policy', async () => {
    const quorum = (log: MemoryLog, rule: string) =>
      `log ${log.vkey}\nwitness a ${encodeVkey(w1.key)}\nwitness b ${encodeVkey(w2.key)}\ngroup both all a b\nquorum ${rule}\n`
    const one = await cosigned([w1])
    const met = verifyExport(one.file, quorum(one.log, 'a'))
    expect([met.exitCode, met.summary]).toEqual([0, 'verified, independently witnessed'])
    expect(reportText(met)).toContain('cosigned by a at 2026-09-21T14:13:20.000000Z')
    const unmet = verifyExport(one.file, quorum(one.log, 'both'))
    expect([unmet.exitCode, stateOf(unmet, 'witnesses')]).toEqual([8, 'incomplete'])
    const both = await cosigned([w1, w2])
    expect(verifyExport(both.file, quorum(both.log, 'both')).exitCode).toBe(0)
    const none = await cosigned([])
    expect(verifyExport(none.file, quorum(none.log, 'a')).exitCode).toBe(8)
  })

  it('fails on a wrong cosignature of a known witness, and ignores those of unknown ones', async () => {
    const { log, story } = played()
    const parts = await log.exportCase(story.caseId)
    const checkpoint = withSignature(parts.checkpoint, signatureLine(w1, 'another text\n', AT))
    const file = writeExport({ ...parts, checkpoint })
    const policy = `log ${log.vkey}\nwitness a ${encodeVkey(w1.key)}\nquorum none\n`
    expect(verifyExport(file, policy).exitCode).toBe(5)
    expect(verifyExport(file, trusting(log)).exitCode).toBe(0)
  })

  it('refuses a policy it cannot read instead of trusting less', async () => {
    const { file } = await cosigned([])
    expect(() => verifyExport(file, 'log nonsense\nquorum none\n')).toThrow(
      expect.objectContaining({ code: 'trust_policy_invalid' }),
    )
  })
})
