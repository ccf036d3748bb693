/** The parts of a decision package that say how much to believe and how far it reaches, as lines of text. */
import { CLAIM_FLAGS } from '../evidence/claim-flags.ts'
import { visible } from '../kernel/visible-text.ts'
import type { Approval, Shown } from './decision-package.ts'

/** `(from evidence 3f2a91c0)` behind an argument; the worst of its parts when it has several. */
export function sourceText({ argument_sources: sources }: Shown, name: string): string {
  const path = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
  const parts = sources.filter((each) => each.path === path || each.path.startsWith(`${path}/`))
  const worst = WORST_FIRST.find((source) => parts.some((each) => each.source === source))
  if (worst === undefined) return ''
  const [first] = parts.flatMap((each) => each.evidence)
  return `(${SOURCES[worst]}${worst === 'evidence' ? ` ${shortId(first ?? '')}` : ''})`
}

const SOURCES = {
  unexamined: 'not examined',
  unsupported: 'unsupported: in no recorded result',
  inventory: 'stands in the inventory',
  case: 'from the case',
  evidence: 'from evidence',
} as const
const WORST_FIRST = ['unexamined', 'unsupported', 'inventory', 'case', 'evidence'] as const

export function radiusLines({ blast_radius: radius, targets }: Shown): string[] {
  const things = radius.targets === 1 ? '1 target' : `${radius.targets} targets`
  const basis =
    radius.basis === 'inventory'
      ? 'as the inventory says'
      : 'assumed: not every target stands in the inventory'
  const dependants = [...new Set(targets.flatMap((target) => target.dependants))]
  return [
    `${things}, highest criticality ${radius.highest_criticality} of 5, ${basis}`,
    dependants.length === 0
      ? 'dependants: none known'
      : `dependants: ${dependants.map(visible).join(', ')}`,
  ]
}

export function thresholdLine({ threshold }: Shown): string {
  return `measured by the thresholds ${visible(threshold.version)}`
}

/** What a person changed, and who; nothing for a request nobody changed. */
export function changeLines(
  { modified }: Shown,
  person: (id: string | undefined) => string,
): string[] {
  if (modified === null) return []
  const json = (value: unknown) => visible(JSON.stringify(value))
  return [
    `${visible(person(modified.by))} changed the arguments and may not be the only one who signs`,
    ...modified.changes.map(({ path, before, after }) =>
      [
        visible(path),
        ...(before === undefined ? [] : [`was ${json(before)}`]),
        ...(after === undefined ? [] : [`is ${json(after)}`]),
      ].join('  '),
    ),
  ]
}

/** Questions to the agent, each with what it claims. */
export function questionLines(
  { questions }: Approval,
  person: (id: string | undefined) => string,
): string[] {
  return questions.flatMap(({ asked_by: by, text, answer }) => [
    `${visible(person(by))} asks: ${partText(text)}`,
    answer === undefined ? '  no answer yet' : `  the agent claims: ${partText(answer.text)}`,
  ])
}

function partText(part: Approval['questions'][number]['text']): string {
  return part.state === 'erased' ? '(erased)' : visible(String(part.value))
}

/** `business impact  unknown`. */
export function consequenceLines({ consequences }: Shown): string[] {
  const names = Object.keys(consequences)
  const width = Math.max(0, ...names.map((name) => name.length))
  return names.map((name) => {
    const { state, values } = consequences[name] ?? { state: 'unknown', values: [] }
    const said = state === 'unknown' ? 'unknown' : values.map(visible).join(', ')
    return `${visible(name.replaceAll('_', ' ')).padEnd(width)}  ${said}`
  })
}

/** `It presses for time. ... ("30 seconds left", arguments/reason)`: the gateway's sentence, the model's words. */
export function claimLines({ claim_flags: flags }: Shown): string[] {
  const sentences: Readonly<Record<string, string>> = CLAIM_FLAGS
  return flags.map(({ where, code, words }) => {
    const quoted = visible(JSON.stringify(words))
    return `${sentences[code] ?? visible(code)} (${quoted}, ${visible(where)})`
  })
}

export function evidenceLines(shown: Shown, when: (atMs: number) => string): string[] {
  const { evidence, searched, read } = shown
  const lines = evidence.map((item) => {
    const why = [
      ...(item.supports.length === 0 ? [] : [`holds ${item.supports.map(visible).join(' ')}`]),
      ...(item.cited_by.length === 0 ? [] : ['cited by the agent']),
    ]
    const labels = item.labels.length === 0 ? '' : `, ${item.labels.map(visible).join(' ')}`
    return `${shortId(item.id)}  ${visible(item.tool)}, ${when(item.at_ms)}${labels}: ${why.join(', ')}`
  })
  const part = `searched ${searched.results} of ${searched.of} recorded results of the case`
  return [...lines, `${part}; this session has read ${read.results}`]
}

export function similarLines(
  { similar }: Shown,
  {
    when,
    person,
  }: {
    readonly when: (atMs: number) => string
    readonly person: (id: string | undefined) => string
  },
): string[] {
  return similar.map((past) => {
    const same = past.same_action && past.same_target ? 'same act and target' : ''
    const half = past.same_action ? 'same act' : 'same target'
    const by = past.decided_by === null ? '' : ` by ${visible(person(past.decided_by))}`
    const at = past.decided_at_ms === null ? '' : `, ${when(past.decided_at_ms)}`
    const outcome = past.outcome === null ? '' : `, ${past.outcome}`
    return `${shortId(past.request)}  ${same || half}: ${visible(past.action)} ${past.state}${by}${at}${outcome}`
  })
}

/** Enough to find it again among the last ones: our ids end in their random part. */
function shortId(id: string): string {
  return visible(id.slice(-8))
}
