import { describe, expect, it } from 'vitest'
import { sha256 } from '../../src/kernel/digest.ts'
import { encodeBase64 } from '../../src/ledger/base64.ts'
import { encodeVkey, noteKey, signerFromSeed } from '../../src/ledger/note-key.ts'
import { parseTrustPolicy, quorumMet } from '../../src/ledger/trust-policy.ts'

const INVALID = expect.objectContaining({ code: 'trust_policy_invalid' })

function keyOf(name: string, type: 'ed25519' | 'cosignature') {
  return signerFromSeed(name, type, sha256(Buffer.from(name))).key
}

const log = keyOf('log.example/main', 'ed25519')
const names = ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3'] as const
const witness = Object.fromEntries(
  names.map((name) => [name, keyOf(`w.example/${name}`, 'cosignature')]),
)
const lines = names.map(
  (name) => `witness ${name} ${encodeVkey(keyOf(`w.example/${name}`, 'cosignature'))}\n`,
)
const HEAD = `log ${encodeVkey(log)} https://log.example/main\n${lines.join('')}`
const QUORUM = 'group X 2 X1 X2 X3\ngroup Y any Y1 Y2 Y3\ngroup both all X Y\nquorum both\n'

describe('a trust policy', () => {
  it('reads the two-level example of the specification and counts its quorum', () => {
    const policy = parseTrustPolicy(
      `# who we trust\n\n \t# indented\n${HEAD}\t group X 2  X1 X2\tX3 \n${QUORUM.split('\n').slice(1).join('\n')}`,
    )
    expect(policy.logs).toEqual([log])
    const met = (...who: (typeof names)[number][]) =>
      quorumMet(
        policy,
        who.flatMap((name) => witness[name] ?? []),
      )
    expect(met('X1', 'X3', 'Y2')).toBe(true)
    expect(met('X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3')).toBe(true)
    expect(met('X1', 'X2')).toBe(false)
    expect(met('X1', 'Y1', 'Y2', 'Y3')).toBe(false)
    expect(met()).toBe(false)
  })

  it('needs nobody with "quorum none" and exactly one with a witness name', () => {
    expect(quorumMet(parseTrustPolicy('quorum none\n'), [])).toBe(true)
    const one = parseTrustPolicy(`${HEAD}quorum X1\n`)
    const { X1, X2 } = witness
    expect(X1 !== undefined && quorumMet(one, [X1])).toBe(true)
    expect(X2 !== undefined && quorumMet(one, [X2])).toBe(false)
  })

  it('counts a witness with a key type it cannot verify as silent', () => {
    const mldsa = `pq+00000000+${encodeBase64(new Uint8Array([6, ...new Uint8Array(1312)]))}`
    const policy = parseTrustPolicy(
      `${HEAD}witness pq ${mldsa}\ngroup any1 any pq X1\nquorum any1\n`,
    )
    expect(quorumMet(policy, [])).toBe(false)
    expect(witness.X1 !== undefined && quorumMet(policy, [witness.X1])).toBe(true)
  })

  it('is refused, naming the line, when it could be read in two ways', () => {
    const vkey = encodeVkey(keyOf('w.example/new', 'cosignature'))
    const sameKey = encodeVkey(noteKey('another/name', 'ed25519', log.publicKey))
    const cases: Record<string, string> = {
      'no quorum': HEAD,
      'two quorums': `${HEAD}quorum none\nquorum none\n`,
      'a quorum of an unknown name': `${HEAD}quorum Z\n`,
      'a quorum without a name': `${HEAD}quorum\n`,
      'a quorum defined below': `quorum X1\n${HEAD}`,
      'a group naming itself': `${HEAD}group G all G\nquorum G\n`,
      'a group with none': `${HEAD}group G all none\nquorum G\n`,
      'a group called none': `${HEAD}group none all X1\nquorum none\n`,
      'a group without members': `${HEAD}group G all\nquorum G\n`,
      'a threshold of 0': `${HEAD}group G 0 X1\nquorum G\n`,
      'a threshold above the members': `${HEAD}group G 2 X1\nquorum G\n`,
      'a threshold in hex': `${HEAD}group G 0x1 X1\nquorum G\n`,
      'a member in two groups': `${HEAD}group G all X1\ngroup H all X1 X2\nquorum G\n`,
      'a member twice': `${HEAD}group G 2 X1 X1\nquorum G\n`,
      'a name twice': `${HEAD}witness X1 ${vkey}\nquorum X1\n`,
      'a witness key twice': `${HEAD}witness Z ${encodeVkey(keyOf('w.example/X1', 'cosignature'))}\nquorum Z\n`,
      'a log key twice under another name': `${HEAD}log ${sameKey}\nquorum none\n`,
      'a log with a cosignature key': `log ${vkey}\nquorum none\n`,
      'a witness with a log key': `witness W ${encodeVkey(log)}\nquorum W\n`,
      'a broken key': `log ${encodeVkey(log).slice(0, -1)}\nquorum none\n`,
      'two URLs': `log ${encodeVkey(log)} https://a https://b\nquorum none\n`,
      'an unknown keyword': `${HEAD}trust X1\nquorum none\n`,
      'a carriage return': `${HEAD}quorum none\r\n`,
      'a byte order mark': `\ufeff${HEAD}quorum none\n`,
      'a cut last line': `${HEAD}quorum none`,
      nothing: '',
    }
    for (const [name, text] of Object.entries(cases)) {
      expect(() => parseTrustPolicy(text), name).toThrow(INVALID)
    }
    expect(() => parseTrustPolicy(`${HEAD}quorum Z\n`)).toThrow(/line 8/)
  })
})
