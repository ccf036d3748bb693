/** What the console asks of cases, by key (queries.ts says what a key means). */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { get } from './client.ts'
import type { Call, Case, Evidence, EvidenceList, Payload, Timeline } from './wire.ts'

export const casesQuery = queryOptions({
  queryKey: ['case', 'all'],
  queryFn: async ({ signal }) => (await get<{ cases: Case[] }>('/api/v1/cases', signal)).cases,
  staleTime: 30_000,
})

export const caseQuery = (ref: string) =>
  queryOptions({
    queryKey: ['case', 'one', ref],
    queryFn: ({ signal }) => get<Case>(`/api/v1/cases/${encodeURIComponent(ref)}`, signal),
  })

export const timelineQuery = (ref: string) =>
  queryOptions({
    queryKey: ['case', 'timeline', ref],
    queryFn: ({ signal }) =>
      get<Timeline>(`/api/v1/cases/${encodeURIComponent(ref)}/timeline`, signal),
  })

export const evidenceOfCaseQuery = (ref: string, words: string) =>
  queryOptions({
    queryKey: ['case', 'evidence', ref, words],
    queryFn: ({ signal }) =>
      get<EvidenceList>(
        `/api/v1/cases/${encodeURIComponent(ref)}/evidence?q=${encodeURIComponent(words)}`,
        signal,
      ),
    placeholderData: keepPreviousData,
  })

export const evidenceQuery = (id: string) =>
  queryOptions({
    queryKey: ['evidence', id],
    queryFn: ({ signal }) => get<Evidence>(`/api/v1/evidence/${encodeURIComponent(id)}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })

export const payloadQuery = (caseId: string, entryId: string, name: string) =>
  queryOptions({
    queryKey: ['payload', entryId, name],
    queryFn: ({ signal }) =>
      get<Payload>(`/api/v1/cases/${caseId}/entries/${entryId}/${name}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })

export const caseCallsQuery = (id: string) =>
  queryOptions({
    queryKey: ['call', 'of-case', id],
    queryFn: async ({ signal }) =>
      (await get<{ calls: Call[] }>(`/api/v1/cases/${encodeURIComponent(id)}/calls`, signal)).calls,
  })
