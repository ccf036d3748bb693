/** What a person sees of the queue: through the roles they are on duty for, and by names instead of ids. Reads only. */
import type {
  ApprovalQueue,
  Onlooker,
  QueueAsk,
  QueueCounts,
  QueueItem,
  QueueWord,
} from '../approval/queue.ts'
import type { CaseStore } from '../case/case.ts'
import type { Person } from '../identity/person.ts'
import type { AgentStore, PersonStore } from '../identity/ports.ts'
import type { RosterStore } from '../roster/roster.ts'

export type QueueDeps = {
  readonly queue: ApprovalQueue
  readonly roster: RosterStore
  readonly agents: AgentStore
  readonly cases: CaseStore
  readonly people: PersonStore
  readonly nowMs: () => number
}

/** `text` is what was typed into the search. */
export type QueueWish = Omit<QueueAsk, keyof Onlooker | 'words'> & { readonly text: string }

export async function readQueue(
  deps: QueueDeps,
  person: Person,
  { text, ...wish }: QueueWish,
): Promise<{ readonly items: readonly QueueItem[]; readonly total: number }> {
  const words = await wordsOf(deps, person.tenant, text)
  return deps.queue.page(person.tenant, { ...wish, ...(await onlookerOf(deps, person)), words })
}

export async function countQueue(deps: QueueDeps, person: Person): Promise<QueueCounts> {
  return deps.queue.counts(person.tenant, await onlookerOf(deps, person))
}

/** A role counts while its holder is on duty for it. */
async function onlookerOf({ roster, nowMs }: QueueDeps, person: Person): Promise<Onlooker> {
  const shifts = await roster.onDuty(person.tenant, nowMs())
  const mine = shifts.filter((shift) => shift.person === person.id)
  return { person: person.id, roles: [...new Set(mine.map(({ role }) => role))] }
}

/** Requests hold ids; whoever searches knows names. */
async function wordsOf(
  deps: QueueDeps,
  tenant: string,
  typed: string,
): Promise<readonly QueueWord[]> {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  const [agents, cases, people] = await Promise.all([
    deps.agents.list(tenant),
    deps.cases.list(tenant),
    deps.people.list(tenant),
  ])
  return words.map((text) => {
    const has = (name: string) => name.toLowerCase().includes(text)
    return {
      text,
      agents: agents.filter(({ name }) => has(name)).map(({ id }) => id),
      cases: cases.filter(({ externalRef }) => has(externalRef)).map(({ id }) => id),
      owners: people.filter(({ name }) => has(name)).map(({ id }) => id),
    }
  })
}
