/** What a proposed change would replace, in the spelling of the proposal, so that both can be laid side by side. Pure. */
import type { Agent, Asset, Person } from '../api/wire.ts'

export type Known = {
  readonly people: readonly Person[]
  readonly agents: readonly Agent[]
  readonly assets: readonly Asset[]
  /** The bundle that decides now. */
  readonly bundle: unknown
}

type Fields = Readonly<Record<string, unknown>>

/** Before and after as text. Nothing before: the change adds. */
export function sidesOf(
  kind: string,
  content: unknown,
  known: Known,
): { readonly before: string; readonly after: string } {
  if (!isFields(content)) return { before: '', after: textOf(content) }
  if (kind === 'policy.publish')
    return { before: documentsText(known.bundle), after: documentsText(content.documents) }
  const now = standsNow(kind, content, known)
  return { before: now === undefined ? '' : textOf(now), after: textOf(content) }
}

/** Whom or what it is about, by the id it names. */
export function aboutOf(content: unknown): {
  readonly person?: string | undefined
  readonly agent?: string | undefined
} {
  if (!isFields(content)) return {}
  const person = text(content.personId) ?? text(content.person)
  return { person, agent: text(content.agentId) }
}

/** The instants it names: `fromMs` is read as `from`. A number of milliseconds says nothing to a reader. */
export function instantsOf(content: unknown): readonly (readonly [name: string, atMs: number])[] {
  if (!isFields(content)) return []
  return Object.entries(content).flatMap(([name, value]) => {
    const [, word] = /^(from|to|expiresAt)Ms$/.exec(name) ?? []
    return word === undefined || typeof value !== 'number' ? [] : [[WORDS[word] ?? word, value]]
  })
}

const WORDS: Readonly<Record<string, string>> = { from: 'From', to: 'To', expiresAt: 'Ends' }

/** The members the proposal names, with the values they have now; undefined where nothing is replaced. */
function standsNow(kind: string, content: Fields, known: Known): Fields | undefined {
  const found = replaced(kind, content, known)
  if (found === undefined) return undefined
  return Object.fromEntries(Object.keys(content).map((name) => [name, found[name]]))
}

function replaced(kind: string, content: Fields, known: Known): Fields | undefined {
  if (kind === 'person.change') {
    const person = known.people.find(({ id }) => id === content.personId)
    return person && { ...person, personId: person.id }
  }
  if (kind === 'asset.put') {
    const same = (each: Asset) => each.kind === content.kind && each.name === content.name
    const asset = known.assets.find(same)
    return asset && { ...asset, isNeverTouch: asset.never_touch }
  }
  if (['agent.state', 'agent.mode', 'agent.grants'].includes(kind)) {
    const agent = known.agents.find(({ id }) => id === content.agentId)
    return agent && { ...agent, agentId: agent.id }
  }
  return undefined
}

/** Each rule on its own, by id, then the tables; the order of a file means nothing to a bundle. */
function documentsText(documents: unknown): string {
  if (!isFields(documents)) return ''
  const policies = isFields(documents.policies) ? documents.policies : {}
  const rules = Object.keys(policies)
    .sort()
    .map((id) => String(policies[id]))
  const tables = ['thresholds', 'owners', 'limits', 'monitored'].map(
    (name) => `${name} ${textOf(documents[name] ?? [])}`,
  )
  return [...rules, ...tables].join('\n\n')
}

function textOf(value: unknown): string {
  return JSON.stringify(sorted(value), undefined, 2) ?? ''
}

/** Members by name: what a store and a person write in different orders is the same. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isFields(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  )
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
