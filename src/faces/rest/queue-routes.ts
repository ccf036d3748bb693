/** The queue: what waits for whom, page by page, and how much it is. */
import type { ApprovalQueue, Onlooker, QueueItem, QueueWord } from '../../approval/queue.ts'
import { approvalCounts, approvalList, approvalQuery } from '../../contract/approvals.ts'
import type { Person } from '../../identity/person.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { approvalWire } from './wire.ts'

const TAGS = ['approvals']

export function queueRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/approvals',
    { schema: { tags: TAGS, querystring: approvalQuery, response: answers(approvalList) } },
    async (request) => {
      const { person } = doerOf(request)
      const { case: caseId, q = '', state, view, offset, limit } = request.query
      const { items, total } = await deps.queue.page(person.tenant, {
        ...(await onlookerOf(deps, person)),
        words: await wordsOf(deps, person.tenant, q),
        ...(state === undefined ? {} : { state }),
        ...(view === undefined ? {} : { view }),
        ...(caseId === undefined ? {} : { caseId }),
        offset,
        limit,
      })
      return { approvals: items.map(itemWire), total }
    },
  )
  app.get(
    '/api/v1/approvals/counts',
    { schema: { tags: TAGS, response: answers(approvalCounts) } },
    async (request): Promise<Awaited<ReturnType<ApprovalQueue['counts']>>> => {
      const { person } = doerOf(request)
      return deps.queue.counts(person.tenant, await onlookerOf(deps, person))
    },
  )
}

/** A role counts while its holder is on duty for it. */
async function onlookerOf(deps: RestDeps, person: Person): Promise<Onlooker> {
  const shifts = await deps.roster.onDuty(person.tenant, deps.nowMs())
  const mine = shifts.filter((shift) => shift.person === person.id)
  return { person: person.id, roles: [...new Set(mine.map(({ role }) => role))] }
}

/** Requests hold ids; whoever searches knows names. */
async function wordsOf(deps: RestDeps, tenant: string, q: string): Promise<readonly QueueWord[]> {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
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

function itemWire({ request, targets }: QueueItem) {
  return { ...approvalWire(request), targets: [...targets] }
}
