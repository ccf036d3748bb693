/** Cedar text as pieces to be coloured, and what its annotations say. It colours; the gateway alone parses. Pure. */

export type CedarPiece = {
  readonly kind: 'plain' | 'comment' | 'string' | 'annotation' | 'keyword' | 'entity' | 'number'
  readonly text: string
  readonly at: number
}

const KEYWORDS =
  'permit|forbid|when|unless|if|then|else|in|is|has|like|true|false|principal|action|resource|context'
const TOKEN = new RegExp(
  [
    '(?<comment>//[^\\n\\r]*)',
    '(?<string>"(?:[^"\\\\]|\\\\[\\s\\S])*")',
    '(?<annotation>@[A-Za-z_]\\w*)',
    '(?<entity>\\b(?:[A-Za-z_]\\w*::)+)',
    `(?<keyword>\\b(?:${KEYWORDS})\\b)`,
    '(?<number>\\b\\d+\\b)',
  ].join('|'),
  'g',
)

/** In order and without loss. */
export function cedarPieces(text: string): readonly CedarPiece[] {
  const pieces: CedarPiece[] = []
  let from = 0
  for (const found of text.matchAll(TOKEN)) {
    if (found.index > from)
      pieces.push({ kind: 'plain', text: text.slice(from, found.index), at: from })
    const [kind] = Object.entries(found.groups ?? {}).find(([, said]) => said !== undefined) ?? []
    pieces.push({ kind: (kind ?? 'plain') as CedarPiece['kind'], text: found[0], at: found.index })
    from = found.index + found[0].length
  }
  if (from < text.length) pieces.push({ kind: 'plain', text: text.slice(from), at: from })
  return pieces
}

export type RuleHead = {
  readonly effect: 'permits' | 'asks' | 'forbids'
  readonly reason: string
  readonly owner: string
  readonly role: string
  readonly requires: string
}

/** What a rule says about itself, read off its pieces, so that words in a comment or a text are not taken for it. */
export function ruleHead(text: string): RuleHead {
  const pieces = cedarPieces(text).filter(
    ({ kind, text: said }) => kind !== 'comment' && said.trim() !== '',
  )
  const said = (name: string): string => {
    const at = pieces.findIndex((piece) => piece.kind === 'annotation' && piece.text === `@${name}`)
    const value =
      at < 0 ? undefined : pieces.slice(at + 1, at + 3).find(({ kind }) => kind === 'string')
    return value === undefined ? '' : value.text.slice(1, -1)
  }
  const word = pieces.find(
    ({ kind, text: each }) => kind === 'keyword' && /^(permit|forbid)$/.test(each),
  )
  const requires = said('requires')
  const effect = word?.text === 'permit' ? 'permits' : requires === '' ? 'forbids' : 'asks'
  return { effect, requires, reason: said('reason'), owner: said('owner'), role: said('role') }
}
