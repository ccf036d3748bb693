/**
 * What the linter can find in a definition. A finding does not prove malice; it says what a person must look at
 * before the tool may run, in one sentence they can act on.
 */

// biome-ignore format: a table reads best with one row per line
export const FINDINGS = {
  // what a reviewer cannot see
  'invisible-unicode': 'It holds characters that no screen shows; a model reads them, a person does not.',
  'bidi-control': 'It holds characters that turn the reading direction, so what is shown differs from what is there.',
  'control-characters': 'It holds control characters that can rewrite a terminal or a log.',
  'hidden-markup': 'It holds markup that a viewer hides, fetches or runs.',
  'encoded-text': 'It holds encoded text that a person cannot read.',
  homoglyph: 'A name or word mixes alphabets so that it looks like another.',

  // who is being talked to
  'imperative-to-model': 'It gives orders to the model instead of describing the tool.',
  'imperative-in-schema': 'Its schema holds orders or sentences where values and names belong.',
  'cross-tool-instruction': 'It tells the model to use, or not to use, tools of others.',
  concealment: 'It asks to keep something from the people concerned.',
  'authority-claim': 'It claims an approval, an exemption or a rank that only this gateway could give.',

  // what may leak
  'secret-request': 'It asks for secrets, for the conversation or for files of the client.',
  'sink-parameter': 'A free parameter takes in more than the tool needs, which is how data leaves.',
  'data-destination': 'It asks to send data to an address it names.',

  // what may happen unasked
  'dangerous-default': 'A default widens or forces the call when nothing is said.',
  'annotation-mismatch': 'It declares itself read-only, and its name says that it changes something.',

  // what may break the reader
  'size-limit': 'It is larger or deeper than anything a person would read.',
  'redos-pattern': 'A pattern in its schema can stall whoever checks a value with it.',
  'recursive-reference': 'Its schema refers to itself or grows without bound when its references are followed.',
  'remote-reference': 'Its schema refers to a document elsewhere, which can change unseen.',
  'schema-invalid': 'Its schema is missing or not of the form the protocol asks for.',

  // whom it may be mistaken for
  'invalid-name': 'Its name, or one of its parameters, has characters that names do not have.',
  'reserved-name': 'Its name belongs to the gateway or to the language.',
  'name-shadowing': 'Its name can be mistaken for that of another tool.',
} as const satisfies Record<string, string>

export type FindingCode = keyof typeof FINDINGS

export type Finding = {
  readonly code: FindingCode
  /** Where: `description`, `inputSchema.properties.sev.enum.2`. */
  readonly where: string
  /** The code's sentence, for people. */
  readonly sentence: string
}

export function finding(code: FindingCode, where: string): Finding {
  return { code, where, sentence: FINDINGS[code] }
}

/** The codes without repetition, sorted; what a `Tool` carries. */
export function findingCodes(findings: readonly Finding[]): readonly FindingCode[] {
  return [...new Set(findings.map(({ code }) => code))].sort()
}
