import { beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../src/kernel/digest.ts'
import { checkpointText, signCheckpoint, withSignature } from '../../src/ledger/checkpoint.ts'
import type { CaseExport } from '../../src/ledger/export-format.ts'
import { writeExport } from '../../src/ledger/export-format.ts'
import { rootOf } from '../../src/ledger/merkle.ts'
import { joinNote, signatureLine } from '../../src/ledger/note.ts'
import { encodeVkey, signerFromSeed } from '../../src/ledger/note-key.ts'
import type { Verdict } from '../../src/verify/verdict.ts'
import { verifyExport } from '../../src/verify/verify.ts'
import { CaseStory } from '../ledger/case-story.ts'
import { MemoryLog, ORIGIN } from '../ledger/memory-log.ts'
import { edit, linesOf, seal } from './reseal.ts'

const log = new MemoryLog()
const story = new CaseStory(log)
story.play()
const TRUST = `log ${log.vkey}\nquorum none\n`
let parts: CaseExport
let file: Uint8Array
let lines: string[]

beforeAll(async () => {
  parts = await log.exportCase(story.caseId, (field) =>
    field === 'package' ? 'withheld' : 'disclosed',
  )
  file = writeExport(parts)
  lines = linesOf(file)
})

function codesOf(verdict: Verdict): string[] {
  return verdict.checks.flatMap((check) =>
    check.state === 'failed' ? [check.name, ...(check.findings ?? []).map(({ code }) => code)] : [],
  )
}

const isOutside = (line: string) => line.startsWith('{"entry":')

function verifyLines(changed: readonly string[]): Verdict {
  return verifyExport(seal(changed), TRUST)
}

/** The file with one line edited by a forger who also corrects the last line. */
function edited(at: number, change: (value: Record<string, unknown>) => void): Verdict {
  return verifyLines(lines.map((line, i) => (i === at ? edit(line, change) : line)))
}

describe('an export with any byte flipped', () => {
  it('fails, with and without a trust policy, for every byte and several bits of each [R29]', () => {
    expect(verifyExport(file, TRUST).exitCode).toBe(0)
    const changed = file.slice()
    for (let at = 0; at < file.length; at++) {
      for (const bit of [0, 5, 7]) {
        changed[at] = (file[at] ?? 0) ^ (1 << bit)
        const verdict = verifyExport(changed, bit === 0 ? undefined : TRUST)
        if (verdict.exitCode !== 5) expect.fail(`byte ${at}, bit ${bit}: exit ${verdict.exitCode}`)
      }
      changed[at] = file[at] ?? 0
    }
  }, 60_000)

  it('fails when bytes are cut off, added or doubled anywhere', () => {
    for (let at = 0; at < file.length; at += 97) {
      const [head, tail] = [file.subarray(0, at), file.subarray(at)]
      for (const changed of [
        head,
        tail.subarray(1),
        Buffer.concat([head, Buffer.from('x'), tail]),
        Buffer.concat([head, tail.subarray(1)]),
      ]) {
        if (at === 0 && changed.length === file.length) continue
        expect(verifyExport(changed, TRUST).exitCode).toBe(5)
      }
    }
    expect(verifyExport(Buffer.concat([file, file]), TRUST).exitCode).toBe(5)
    expect(verifyExport(new Uint8Array(0), TRUST).exitCode).toBe(5)
    expect(verifyExport(Buffer.from('not an export\n'), TRUST).exitCode).toBe(5)
  })

  it('fails for every byte of a small export even when the file digest is made right again', async () => {
    const small = new MemoryLog()
    const brief = new CaseStory(small).open()
    const whole = writeExport(await small.exportCase(brief.caseId))
    const trust = `log ${small.vkey}\nquorum none\n`
    const content = Buffer.from(whole).subarray(0, whole.lastIndexOf(0x0a, whole.length - 2))
    expect(verifyExport(seal(content.toString('latin1').split('\n')), trust).exitCode).toBe(0)
    for (let at = 0; at < content.length; at++) {
      const changed = Buffer.from(content)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 7))
      const verdict = verifyExport(seal(changed.toString('latin1').split('\n')), trust)
      if (verdict.exitCode !== 5) expect.fail(`byte ${at}: exit ${verdict.exitCode}`)
    }
  })
})

describe('an export changed by a forger who corrects the file digest', () => {
  it('fails when an entry is left out, doubled or moved, the closing one included', () => {
    const [header = '', ...rest] = lines
    const checkpoint = rest.pop() ?? ''
    // Those outside the case come last; leaving one out proves less (signed-approvals.test.ts).
    const entries = rest.filter((line) => !isOutside(line))
    const outside = rest.filter(isOutside)
    expect(outside).toHaveLength(2)
    for (let at = 0; at < entries.length; at++) {
      const without = verifyLines([header, ...entries.toSpliced(at, 1), ...outside, checkpoint])
      expect([without.exitCode, codesOf(without).includes('case')], `without ${at}`).toEqual([
        5,
        true,
      ])
      const twice = verifyLines([
        header,
        ...entries.toSpliced(at, 0, entries[at] ?? ''),
        ...outside,
        checkpoint,
      ])
      expect([twice.exitCode, codesOf(twice).includes('order_wrong')], `twice ${at}`).toEqual([
        5,
        true,
      ])
    }
    const cut = verifyLines([header, ...entries.slice(0, -1), ...outside, checkpoint])
    expect(codesOf(cut)).toContain('export_not_closed')
    expect(verifyLines([header, ...entries.toReversed(), ...outside, checkpoint]).exitCode).toBe(5)
  })

  it('fails when an entry, its index or its path is another', () => {
    expect(
      codesOf(
        edited(3, (line) => {
          line.index = 1
        }),
      ),
    ).toEqual(['entries', 'not_in_tree'])
    expect(
      codesOf(
        edited(3, (line) => {
          line.path = (line.path as string[]).slice(1)
        }),
      ),
    ).toContain('not_in_tree')
    const softened = edited(4, (line) => {
      const entry = Buffer.from(String(line.entry), 'base64').toString()
      line.entry = Buffer.from(entry.replace('"gateway"', '"getaway"')).toString('base64')
    })
    expect(codesOf(softened)).toEqual(['entries', 'not_in_tree'])
  })

  it('fails when a disclosed payload or its salt is another', () => {
    for (const member of ['payload', 'salt']) {
      const verdict = edited(1, (line) => {
        const title = (line.disclosures as Record<string, Record<string, string>>).title ?? {}
        const bytes = Buffer.from(title[member] ?? '', 'base64')
        bytes[0] = (bytes[0] ?? 0) ^ 1
        title[member] = bytes.toString('base64')
      })
      expect(codesOf(verdict)).toEqual(['payloads', 'payload_mismatch'])
    }
  })

  it('fails when a disclosure is taken out, renamed, added, or excused', () => {
    const change = (value: unknown) =>
      edited(1, (line) => {
        line.disclosures = value
      })
    expect(codesOf(change({ title: { state: 'withheld' } }))).toContain('manifest_wrong')
    expect(codesOf(change({ title: { state: 'missing' } }))).toContain('manifest_wrong')
    expect(codesOf(change({ title: { state: 'erased' } }))).toEqual(
      expect.arrayContaining(['manifest_wrong', 'payload_mismatch']),
    )
    expect(codesOf(change({}))).toEqual(
      expect.arrayContaining(['manifest_wrong', 'payload_mismatch']),
    )
    expect(codesOf(change({ name: { state: 'withheld' } }))).toContain('payload_mismatch')
    const added = edited(2, (line) => {
      line.disclosures = { extra: { state: 'withheld' } }
    })
    expect(codesOf(added)).toEqual(expect.arrayContaining(['manifest_wrong', 'payload_mismatch']))
    expect(change({ title: { state: 'lost' } }).exitCode).toBe(5)
    expect(change({ title: { state: 'withheld', salt: '' } }).exitCode).toBe(5)
  })

  it('fails when the header names another tenant, case, log, key or version', () => {
    for (const [member, value] of Object.entries({
      tenant: 'other',
      case: story.task,
      origin: 'localhost:7070/log/other',
      version: 3,
      format: 'countersign-exports',
      vkey: encodeVkey(signerFromSeed(ORIGIN, 'ed25519', sha256(Buffer.from('mallory'))).key),
    })) {
      expect(
        edited(0, (line) => {
          line[member] = value
        }).exitCode,
        member,
      ).toBe(5)
    }
    expect(
      edited(0, (line) => {
        line.comment = 'hello'
      }).exitCode,
    ).toBe(5)
    expect(verifyLines([` ${lines[0]}`, ...lines.slice(1)]).exitCode).toBe(5)
    expect(verifyLines([...lines.slice(0, -1), '', lines.at(-1) ?? '']).exitCode).toBe(5)
  })

  it('fails when the checkpoint is one of another tree, unsigned, or no checkpoint', () => {
    const replace = (note: string) =>
      edited(lines.length - 1, (line) => {
        line.checkpoint = Buffer.from(note).toString('base64')
      })
    const other = new MemoryLog()
    new CaseStory(other).open()
    expect(replace(other.checkpoint()).exitCode).toBe(5)
    expect(replace('nothing').exitCode).toBe(5)
    const unsigned = signCheckpoint(
      signerFromSeed(ORIGIN, 'ed25519', sha256(Buffer.from('mallory'))),
      log.frontier.size,
      rootOf(log.frontier),
    )
    expect(codesOf(replace(unsigned))).toEqual(['log'])
    const elsewhere = signerFromSeed(
      'other.example',
      'ed25519',
      sha256(Buffer.from('the log key of tests')),
    )
    expect(
      codesOf(replace(signCheckpoint(elsewhere, log.frontier.size, rootOf(log.frontier)))),
    ).toEqual(['log'])
  })

  it('fails when header, key and checkpoint do not all name the same log', () => {
    const { size } = log.frontier
    const sign = (signer: typeof log.signer, origin: string, key = signer.key) => {
      const text = checkpointText(origin, size, rootOf(log.frontier))
      const checkpoint = joinNote(text, [signatureLine(signer, text)])
      return verifyExport(writeExport({ ...parts, checkpoint, verifierKey: encodeVkey(key) }))
    }
    const seed = sha256(Buffer.from('the log key of tests'))
    const renamed = signerFromSeed('other.example/log', 'ed25519', seed)
    expect(codesOf(sign(log.signer, ORIGIN))).toEqual([])
    expect(codesOf(sign(renamed, ORIGIN))).toEqual(['log'])
    expect(codesOf(sign(log.signer, 'other.example/log'))).toEqual(['log'])
    expect(codesOf(sign(renamed, 'other.example/log'))).toEqual(['log'])
  })

  it('fails when the log signed the checkpoint once rightly and once wrongly', () => {
    const wrong = signatureLine(log.signer, 'another text\n')
    const checkpoint = withSignature(parts.checkpoint, wrong)
    expect(codesOf(verifyExport(writeExport({ ...parts, checkpoint })))).toEqual(['log'])
  })

  it('is at best not trusted when the forger rewrites the case and signs it with a key of their own', async () => {
    const mallory = signerFromSeed(ORIGIN, 'ed25519', sha256(Buffer.from('mallory')))
    const fake = new MemoryLog()
    const fakeStory = new CaseStory(fake)
    fakeStory.play()
    const made = await fake.exportCase(fakeStory.caseId)
    const forged = writeExport({
      ...made,
      verifierKey: encodeVkey(mallory.key),
      checkpoint: signCheckpoint(mallory, fake.frontier.size, rootOf(fake.frontier)),
    })
    const verdict = verifyExport(forged, TRUST)
    expect([verdict.exitCode, verdict.summary]).toEqual([
      8,
      'self-consistent, signer not trusted, not independently witnessed',
    ])
  })
})

describe('an export whose closing entry lies', () => {
  it('fails when it counts otherwise or commits to other disclosures', async () => {
    for (const change of [
      { entries: 1 },
      { last_sequence: 9, entries: 10 },
      { manifest: `sha256:${'0'.repeat(64)}` },
    ]) {
      const lying = new MemoryLog()
      const teller = new CaseStory(lying).open()
      const append = lying.append.bind(lying)
      lying.append = (draft) =>
        append(
          draft.type === 'export.created'
            ? { ...draft, data: { ...draft.data, ...change } }
            : draft,
        )
      const verdict = verifyExport(
        writeExport(await lying.exportCase(teller.caseId)),
        `log ${lying.vkey}\nquorum none\n`,
      )
      expect([verdict.exitCode, codesOf(verdict)[0]]).toEqual([5, 'case'])
    }
  })
})
