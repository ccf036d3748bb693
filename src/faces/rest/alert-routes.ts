/** The alerts agents read in a case, those that are the same but for when put together. */
import type { z } from 'zod'
import { findCase } from '../../command/open-task.ts'
import { type ActedCluster, readAlertClusters } from '../../command/read-alert-clusters.ts'
import { type alertCluster, alertClusters } from '../../contract/timeline.ts'
import { refParams } from '../../contract/words.ts'
import { Failure } from '../../kernel/failure.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'

/** What a person opens one after the other. The counts are of all there are. */
const MAX_CLUSTERS = 50
const MAX_MEMBERS = 20
/** Characters. Names of rules and targets are strangers' words and may be of any length. */
const MAX_NAME = 300
const MAX_TEXT = 1_000

export function alertRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/cases/:id/alert-clusters',
    { schema: { tags: ['cases'], params: refParams, response: answers(alertClusters) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      const record = await findCase(deps.cases, tenant, request.params.id)
      if (record === undefined) throw new Failure('not_found', 'no such case')
      const found = await readAlertClusters(deps, tenant, record.id)
      return {
        clusters: found.clusters.slice(0, MAX_CLUSTERS).map(clusterWire),
        total: found.clusters.length,
        results: found.results,
        searched: found.searched,
        is_cut: found.isCut,
      }
    },
  )
}

function clusterWire(cluster: ActedCluster): z.output<typeof alertCluster> {
  const { target, members } = cluster
  return {
    source: cluster.source,
    rule: named(cluster.rule),
    ...(target === undefined ? {} : { target: { as: target.as, value: named(target.value) } }),
    count: members.length,
    first_ms: cluster.firstMs,
    last_ms: cluster.lastMs,
    timed_by: cluster.timedBy,
    members: members.slice(0, MAX_MEMBERS).map(({ evidence, path, atMs, record }) => {
      const text = JSON.stringify(record)
      return {
        ...{ evidence, path, at_ms: atMs },
        text: text.slice(0, MAX_TEXT).toWellFormed(),
        is_cut: text.length > MAX_TEXT,
      }
    }),
    acts: cluster.acts.map(({ call, action, tool, state, actedAtMs }) => ({
      ...{ call, action, tool, state, at_ms: actedAtMs },
    })),
  }
}

/** One that is cut says so: the rest may be what tells it from another. */
function named(name: string): string {
  if (name.length <= MAX_NAME) return name
  return `${name.slice(0, MAX_NAME).toWellFormed()}... (${name.length} characters)`
}
