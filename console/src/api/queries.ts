/**
 * What the console asks for, by key. The first member of a key names the `kind` of a live event (live/line.ts), or
 * several with spaces between, so that a change at the gateway refetches exactly what it touched.
 */
import { queryOptions } from '@tanstack/react-query'
import { get } from './client.ts'
import type {
  Agent,
  Approval,
  Certificate,
  Checkpoint,
  Containment,
  Coverage,
  Me,
  Passkey,
  Person,
  PlanShown,
  QueueCounts,
  QueueFilter,
  QueuePage,
  Running,
  Shift,
  Stop,
  Task,
  Timeline,
  Tool,
  ToolDiff,
  Undo,
} from './wire.ts'

export const meQuery = queryOptions({
  queryKey: ['person', 'me'],
  queryFn: ({ signal }) => get<Me>('/api/v1/me', signal),
  retry: false,
  staleTime: 60_000,
})

export const peopleQuery = queryOptions({
  queryKey: ['person', 'all'],
  queryFn: async ({ signal }) => (await get<{ people: Person[] }>('/api/v1/people', signal)).people,
  staleTime: 60_000,
})

export const agentsQuery = queryOptions({
  queryKey: ['agent', 'all'],
  queryFn: async ({ signal }) => (await get<{ agents: Agent[] }>('/api/v1/agents', signal)).agents,
  staleTime: 60_000,
})

/** How many rows one request for a part of the queue brings. */
export const QUEUE_PAGE = 50

export const queueQuery = (filter: QueueFilter, page: number) =>
  queryOptions({
    queryKey: ['approval', 'queue', filter.view, filter.q, page],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({
        view: filter.view,
        offset: String(page * QUEUE_PAGE),
        limit: String(QUEUE_PAGE),
        ...(filter.q === '' ? {} : { q: filter.q }),
      })
      return get<QueuePage>(`/api/v1/approvals?${query}`, signal)
    },
  })

/** Below the request's own key, so that whatever changes the request changes this. */
export const historyQuery = (id: string) =>
  queryOptions({
    queryKey: ['approval', 'one', id, 'history'],
    queryFn: ({ signal }) =>
      get<Timeline>(`/api/v1/approvals/${encodeURIComponent(id)}/timeline`, signal),
  })

export const planQuery = (id: string) =>
  queryOptions({
    // Its approval and every call under it change where it stands.
    queryKey: ['call', 'plan', id],
    queryFn: ({ signal }) => get<PlanShown>(`/api/v1/plans/${encodeURIComponent(id)}`, signal),
  })

/** As many requests of one case as a page holds, oldest first. */
export const requestsOfCaseQuery = (caseId: string) =>
  queryOptions({
    queryKey: ['approval', 'of-case', caseId],
    queryFn: async ({ signal }) =>
      (await get<QueuePage>(`/api/v1/approvals?case=${caseId}&limit=500`, signal)).approvals,
  })

/** The request that has waited longest. */
export const oldestQuery = queryOptions({
  queryKey: ['approval', 'oldest'],
  queryFn: async ({ signal }) =>
    (await get<QueuePage>('/api/v1/approvals?state=pending&limit=1', signal)).approvals[0] ?? null,
})

export const countsQuery = queryOptions({
  queryKey: ['approval', 'counts'],
  queryFn: ({ signal }) => get<QueueCounts>('/api/v1/approvals/counts', signal),
})

export const approvalQuery = (id: string) =>
  queryOptions({
    queryKey: ['approval', 'one', id],
    queryFn: ({ signal }) => get<Approval>(`/api/v1/approvals/${encodeURIComponent(id)}`, signal),
  })

export const tasksQuery = queryOptions({
  queryKey: ['task', 'open'],
  queryFn: async ({ signal }) =>
    (await get<{ tasks: Task[] }>('/api/v1/tasks?state=open', signal)).tasks,
})

/** A session, a call or an agent's state: each of them changes what runs. */
export const runningQuery = queryOptions({
  queryKey: ['task call agent', 'running'],
  queryFn: ({ signal }) => get<Running>('/api/v1/running', signal),
  refetchInterval: 60_000,
})

export const stopsQuery = queryOptions({
  queryKey: ['stop', 'all'],
  queryFn: async ({ signal }) => (await get<{ stops: Stop[] }>('/api/v1/stops', signal)).stops,
})

export const onDutyQuery = queryOptions({
  queryKey: ['roster', 'now'],
  queryFn: ({ signal }) => get<{ at_ms: number; shifts: Shift[] }>('/api/v1/roster', signal),
  refetchInterval: 60_000,
})

export const coverageQuery = queryOptions({
  queryKey: ['roster', 'coverage'],
  queryFn: ({ signal }) => get<Coverage>('/api/v1/roster/coverage?weeks=4', signal),
  staleTime: 60_000,
})

export const passkeysQuery = (person: string) =>
  queryOptions({
    queryKey: ['person', 'passkeys', person],
    queryFn: async ({ signal }) =>
      (await get<{ passkeys: Passkey[] }>(`/api/v1/passkeys?person=${person}`, signal)).passkeys,
  })

export const allPasskeysQuery = queryOptions({
  queryKey: ['person', 'passkeys'],
  queryFn: async ({ signal }) =>
    (await get<{ passkeys: Passkey[] }>('/api/v1/passkeys', signal)).passkeys,
})

export const certificatesQuery = (person: string) =>
  queryOptions({
    queryKey: ['person', 'certificates', person],
    queryFn: async ({ signal }) =>
      (
        await get<{ certificates: Certificate[] }>(
          `/api/v1/people/${encodeURIComponent(person)}/certificates`,
          signal,
        )
      ).certificates,
  })

export const checkpointQuery = queryOptions({
  queryKey: ['ledger', 'checkpoint'],
  queryFn: ({ signal }) => get<Checkpoint>('/api/v1/ledger/checkpoint', signal),
  refetchInterval: 60_000,
})

export const toolsQuery = queryOptions({
  queryKey: ['tool', 'all'],
  queryFn: async ({ signal }) => (await get<{ tools: Tool[] }>('/api/v1/tools', signal)).tools,
})

export const toolDiffQuery = ({ upstream, name, kind }: Pick<Tool, 'upstream' | 'name' | 'kind'>) =>
  queryOptions({
    queryKey: ['tool', 'diff', upstream, kind, name],
    queryFn: ({ signal }) => get<ToolDiff>(`${toolPath(upstream, name)}/diff?kind=${kind}`, signal),
  })

export function toolPath(upstream: string, name: string): string {
  return `/api/v1/tools/${encodeURIComponent(upstream)}/${encodeURIComponent(name)}`
}

export const containmentsQuery = queryOptions({
  queryKey: ['call', 'containments'],
  queryFn: async ({ signal }) =>
    (await get<{ containments: Containment[] }>('/api/v1/containments', signal)).containments,
  refetchInterval: 60_000,
})

/** What taking a call back would do, and whether the reader may. */
export const undoQuery = (call: string) =>
  queryOptions({
    queryKey: ['call', 'undo', call],
    queryFn: ({ signal }) => get<Undo>(`/api/v1/calls/${call}/undo`, signal),
  })
