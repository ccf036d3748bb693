import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../src/kernel/digest.ts'
import { encodeBase64 } from '../../src/ledger/base64.ts'
import { parseCheckpoint, signCheckpoint, withSignature } from '../../src/ledger/checkpoint.ts'
import { joinNote, parseNote, signatureLine, verifyNote } from '../../src/ledger/note.ts'
import type { NoteKey } from '../../src/ledger/note-key.ts'
import {
  encodeSkey,
  encodeVkey,
  noteKey,
  parseSkey,
  parseVkey,
  signerFromSeed,
} from '../../src/ledger/note-key.ts'
import { parseTlogProof, writeTlogProof } from '../../src/ledger/tlog-proof.ts'

const MALFORMED = expect.objectContaining({ code: 'note_malformed' })
const log = signerFromSeed('log.example/main', 'ed25519', sha256(Buffer.from('log')))
const witness = signerFromSeed('witness.example/w1', 'cosignature', sha256(Buffer.from('witness')))
const TEXT = 'line one\n\nline three\n'
const NOTE = joinNote(TEXT, [signatureLine(log, TEXT)])

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function keyOf(vkey: string): NoteKey {
  const key = parseVkey(vkey)
  if (typeof key !== 'object') throw new Error('no key')
  return key
}

describe('a note written elsewhere', () => {
  // The example in the documentation of golang.org/x/mod/sumdb/note.
  const VKEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
  const SKEY = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'
  const GO_TEXT =
    'If you think cryptography is the answer to your problem,\n' +
    "then you don't know what your problem is.\n"
  const GO_NOTE = `${GO_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`

  it('verifies, and signing with its key gives the same bytes', () => {
    const key = keyOf(VKEY)
    const verdict = verifyNote(parseNote(bytes(GO_NOTE)), [key])
    expect(verdict).toEqual({ verified: [{ key }], rejected: [], unknown: 0 })
    const signer = parseSkey(SKEY)
    expect(encodeVkey(signer.key)).toBe(VKEY)
    expect(joinNote(GO_TEXT, [signatureLine(signer, GO_TEXT)])).toBe(GO_NOTE)
  })
})

describe('reading a note', () => {
  it('takes the last blank line as the end of the text', () => {
    const note = parseNote(bytes(NOTE))
    expect(note.text).toBe(TEXT)
    expect(verifyNote(note, [log.key]).verified).toEqual([{ key: log.key }])
  })

  it('refuses what two readers could read differently', () => {
    const line = signatureLine(log, TEXT)
    const cases: Record<string, string> = {
      'no final newline': NOTE.slice(0, -1),
      'no signature': `${TEXT}\n`,
      'no blank line': `text\n${line}\n`,
      'a blank line behind the signatures': `${NOTE}\n`,
      'a carriage return': NOTE.replace('line one\n', 'line one\r\n'),
      'a tab': NOTE.replace('line one', 'line\tone'),
      'a NUL': NOTE.replace('line one', 'line\0one'),
      'a hyphen for the dash': NOTE.replace('— ', '- '),
      'no space after the dash': NOTE.replace('— ', '—'),
      'a fourth word': NOTE.replace(/\n$/, ' more\n'),
      'two spaces': NOTE.replace('— log', '—  log'),
      'a plus in the name': NOTE.replace('log.example', 'log+example'),
      'a no-break space in the name': NOTE.replace('log.example', 'log\u00a0example'),
      'base64 without padding': NOTE.replace(/=+\n$/, '\n'),
      base64url: `${TEXT}\n— log.example/main ${'_'.repeat(92)}\n`,
      'only a key id': `${TEXT}\n— log.example/main ${encodeBase64(new Uint8Array(4))}\n`,
      'an empty signature word': `${TEXT}\n— log.example/main \n`,
      nothing: '',
    }
    for (const [name, note] of Object.entries(cases)) {
      expect(() => parseNote(bytes(note)), name).toThrow(MALFORMED)
    }
    expect(() =>
      parseNote(new Uint8Array([...bytes('text '), 0xff, ...bytes(`\n\n${line}\n`)])),
    ).toThrow(MALFORMED)
  })

  it('refuses base64 whose unused bits are set, because it is a second spelling', () => {
    const encoded = encodeBase64(new Uint8Array(5))
    expect(encoded.endsWith('AAA=')).toBe(true)
    const other = encoded.replace('AAA=', 'AAB=')
    expect(parseNote(bytes(`t\n\n— a ${encoded}\n`)).signatures).toHaveLength(1)
    expect(() => parseNote(bytes(`t\n\n— a ${other}\n`))).toThrow(MALFORMED)
  })

  it('keeps a byte order mark as part of the text instead of dropping it', () => {
    const note = parseNote(bytes(`\ufeff${NOTE}`))
    expect(note.text).toBe(`\ufeff${TEXT}`)
    expect(verifyNote(note, [log.key]).rejected).toEqual([log.key])
  })

  it('takes 100 signature lines and refuses 101', () => {
    const line = signatureLine(log, TEXT)
    const many = Array.from({ length: 99 }, (_, i) =>
      signatureLine(signerFromSeed(`w${i}`, 'cosignature', sha256(bytes(`${i}`))), TEXT, 7),
    )
    expect(verifyNote(parseNote(bytes(joinNote(TEXT, [...many, line]))), [log.key])).toEqual({
      verified: [{ key: log.key }],
      rejected: [],
      unknown: 99,
    })
    expect(() => joinNote(TEXT, [...many, line, line])).toThrow(MALFORMED)
    expect(() => parseNote(bytes(`${'x'.repeat(1_000_000)}\n\n${line}\n`))).toThrow(MALFORMED)
  })
})

describe('verifying a note', () => {
  it('needs name and key id to agree, and ignores every other key', () => {
    const renamed = noteKey('log.example/other', 'ed25519', log.key.publicKey)
    const otherType = noteKey('log.example/main', 'cosignature', log.key.publicKey)
    for (const key of [renamed, otherType, witness.key]) {
      expect(verifyNote(parseNote(bytes(NOTE)), [key])).toEqual({
        verified: [],
        rejected: [],
        unknown: 1,
      })
    }
  })

  it('rejects a known key whose signature is wrong, even beside a good one', () => {
    const wrong = signatureLine(log, 'another text\n')
    const note = parseNote(bytes(joinNote(TEXT, [signatureLine(log, TEXT), wrong])))
    expect(verifyNote(note, [log.key]).rejected).toEqual([log.key])
  })

  it('counts a key once, however often it signed', () => {
    const line = signatureLine(log, TEXT)
    expect(
      verifyNote(parseNote(bytes(joinNote(TEXT, [line, line]))), [log.key]).verified,
    ).toHaveLength(1)
  })

  it('fails for any flipped byte of text or signature', () => {
    const good = bytes(NOTE)
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const changed = good.slice()
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        let verified: unknown[] = []
        try {
          verified = [...verifyNote(parseNote(changed), [log.key]).verified]
        } catch (error) {
          expect(error).toEqual(MALFORMED)
        }
        expect(verified).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('refuses a cosignature time beyond 2^63-1', () => {
    const at = (seconds: number) => {
      const note = parseNote(bytes(joinNote(TEXT, [signatureLine(witness, TEXT, seconds)])))
      return verifyNote(note, [witness.key]).verified.length
    }
    expect([at(0), at(2 ** 62), at(2 ** 63)]).toEqual([1, 1, 0])
  })

  it('reads a cosignature with its time, and binds the time', () => {
    const cosigned = joinNote(TEXT, [signatureLine(witness, TEXT, 1_679_315_147)])
    const [found] = verifyNote(parseNote(bytes(cosigned)), [witness.key]).verified
    expect(found).toEqual({ key: witness.key, timeSeconds: 1_679_315_147 })
    const note = parseNote(bytes(cosigned))
    const [signature] = note.signatures
    const later = signature?.bytes.slice() ?? new Uint8Array()
    later[7] = (later[7] ?? 0) + 1
    const moved = {
      ...note,
      signatures: [{ name: witness.key.name, keyId: witness.key.keyId, bytes: later }],
    }
    expect(verifyNote(moved, [witness.key]).rejected).toEqual([witness.key])
  })
})

describe('keys of notes', () => {
  it('are written and read back, and refused in any other spelling', () => {
    const vkey = encodeVkey(log.key)
    expect(parseVkey(vkey)).toEqual(log.key)
    const skey = encodeSkey(log.key, sha256(Buffer.from('log')))
    expect(encodeVkey(parseSkey(skey).key)).toBe(vkey)
    const [name, id, key] = [
      vkey.split('+')[0],
      vkey.split('+')[1],
      vkey.split('+').slice(2).join('+'),
    ]
    for (const broken of [
      '',
      name,
      `${name}+${id}`,
      `${name}+00000000+${key}`,
      `other+${id}+${key}`,
      `${name}+${id?.toUpperCase()}x+${key}`,
      `${name}+${id}+${key?.slice(0, -2)}`,
      `a b+${id}+${key}`,
      `+${id}+${key}`,
      ` ${vkey}`,
      `${vkey}\n`,
    ]) {
      expect(parseVkey(broken ?? ''), broken).toBeUndefined()
    }
    expect(() => parseSkey(vkey)).toThrow(MALFORMED)
    expect(() => parseSkey(skey.replace(`+${id}+`, '+00000000+'))).toThrow(MALFORMED)
  })

  it('of a type we cannot verify are told apart from broken ones', () => {
    const mldsa = `w+00000000+${encodeBase64(new Uint8Array([6, ...new Uint8Array(1312)]))}`
    expect(parseVkey(mldsa)).toBe('unsupported')
  })

  it('never show the secret when a signing key text is broken', () => {
    const skey = encodeSkey(log.key, sha256(Buffer.from('log')))
    const secret = skey.split('+').at(-1) ?? ''
    try {
      parseSkey(`${skey}x`)
      expect.unreachable()
    } catch (error) {
      expect(String(error)).not.toContain(secret)
    }
  })
})

describe('checkpoints', () => {
  const root = sha256(Buffer.from('root'))

  it('are read back as they were signed', () => {
    const note = signCheckpoint(log, 20_852_163, root)
    expect(note.split('\n').slice(0, 4)).toEqual([
      'log.example/main',
      '20852163',
      encodeBase64(root),
      '',
    ])
    const { checkpoint } = parseCheckpoint(bytes(note))
    expect(checkpoint).toEqual({
      origin: 'log.example/main',
      size: 20_852_163,
      root,
      extensions: [],
    })
  })

  it('take cosignatures of witnesses without touching what the log signed', () => {
    const note = signCheckpoint(log, 5, root)
    const { text } = parseCheckpoint(bytes(note)).note
    const cosigned = withSignature(note, signatureLine(witness, text, 9))
    const verdict = verifyNote(parseCheckpoint(bytes(cosigned)).note, [log.key, witness.key])
    expect(verdict.verified.map(({ key }) => key.name)).toEqual([
      'log.example/main',
      'witness.example/w1',
    ])
    expect(() => withSignature(note, 'no signature')).toThrow(MALFORMED)
  })

  it('keep extension lines and refuse sizes and roots with a second spelling', () => {
    const signed = (text: string) => bytes(joinNote(text, [signatureLine(log, text)]))
    const hash = encodeBase64(root)
    expect(parseCheckpoint(signed(`o\n1\n${hash}\nmore\n`)).checkpoint.extensions).toEqual(['more'])
    expect(parseCheckpoint(signed(`o\n0\n${hash}\n`)).checkpoint.size).toBe(0)
    for (const text of [
      `o\n01\n${hash}\n`,
      `o\n-1\n${hash}\n`,
      `o\n1e3\n${hash}\n`,
      `o\n9007199254740993\n${hash}\n`,
      `o\n1\n\n`,
      `o\n1\n${hash.slice(0, -1)}\n`,
      `o\n1\n${hash.slice(0, -4)}\n`,
      `\n1\n${hash}\n`,
      `o\n1\n`,
      `o\n1\n${hash}\n\nx\n`,
    ]) {
      expect(() => parseCheckpoint(signed(text)), text).toThrow(MALFORMED)
    }
  })
})

describe('single proofs', () => {
  const root = sha256(Buffer.from('root'))
  const checkpoint = signCheckpoint(log, 7, root)
  const path = [sha256(Buffer.from('a')), sha256(Buffer.from('b'))]

  it('have the layout of tlog-proof@v1 and are read back', () => {
    const text = writeTlogProof({ index: 3, path, checkpoint })
    expect(text.startsWith('c2sp.org/tlog-proof@v1\nindex 3\n')).toBe(true)
    expect(text.endsWith(`\n\n${checkpoint}`)).toBe(true)
    expect(parseTlogProof(text)).toEqual({ index: 3, path, checkpoint })
    const extra = new Uint8Array([1, 2, 3])
    expect(parseTlogProof(writeTlogProof({ index: 0, path: [], checkpoint, extra }))).toEqual({
      index: 0,
      path: [],
      checkpoint,
      extra,
    })
  })

  it('are refused with any line out of form', () => {
    const text = writeTlogProof({ index: 3, path, checkpoint })
    for (const broken of [
      text.replace('@v1', '@v2'),
      text.replace('index 3', 'index 03'),
      text.replace('index 3', 'index -1'),
      text.replace('index 3\n', ''),
      text.replace('index 3', 'extra !\nindex 3'),
      text.replace('\n\n', '\n'),
      text.replace('index 3\n', `index 3\n${encodeBase64(new Uint8Array(31))}\n`),
      text.slice(0, -1),
      '',
      writeTlogProof({ index: 3, path: Array.from({ length: 65 }, () => root), checkpoint }),
    ]) {
      expect(() => parseTlogProof(broken)).toThrow(MALFORMED)
    }
  })
})
