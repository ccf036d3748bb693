/** Agents: registering, their lifecycle, mode, grants and keys. */
import type { FastifyRequest } from 'fastify'
import type { ChangedAgent } from '../../command/change-agent.ts'
import { revokeAgentKey } from '../../command/change-agent.ts'
import { makeChange } from '../../command/govern-change.ts'
import { type Posture, readPosture } from '../../command/read-posture.ts'
import {
  agentGrantsBody,
  agentKeysBody,
  agentList,
  agentModeBody,
  agentPosture,
  agentUnderWay,
  changedAgent,
  registerAgentBody,
  registeredAgent,
} from '../../contract/agents.ts'
import { idParams } from '../../contract/words.ts'
import { Failure } from '../../kernel/failure.ts'
import type { App } from './app.ts'
import { answers, creates } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { agentWire } from './person-wire.ts'
import { receiptsWire } from './wire.ts'

const TAGS = ['agents']

export function agentRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/agents',
    { schema: { tags: TAGS, response: answers(agentList) } },
    async (request) => {
      const agents = await deps.agents.list(doerOf(request).person.tenant)
      return { agents: agents.map(agentWire) }
    },
  )
  app.post(
    '/api/v1/agents',
    { schema: { tags: TAGS, body: registerAgentBody, response: creates(registeredAgent) } },
    async (request, reply) => {
      const by = doerOf(request)
      const { mode, ...body } = request.body
      const input = { ...body, ...(mode === undefined ? {} : { mode }) }
      const made = await makeChange(deps, 'agent.register', {
        tenant: by.person.tenant,
        by,
        ...input,
      })
      return reply.code(201).send({
        agent: agentWire(made.agent),
        key_id: made.thumbprint,
        receipts: receiptsWire([made.receipt]),
      })
    },
  )
  app.get(
    '/api/v1/agents/:id/posture',
    { schema: { tags: TAGS, params: idParams, response: answers(agentPosture) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      return postureWire(await readPosture(deps, tenant, request.params.id))
    },
  )
  app.get(
    '/api/v1/agents/:id/under-way',
    { schema: { tags: TAGS, params: idParams, response: answers(agentUnderWay) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      const { id } = request.params
      if ((await deps.agents.byId(tenant, id)) === undefined)
        throw new Failure('not_found', 'there is no such agent')
      return deps.running.underWay(tenant, id, deps.nowMs())
    },
  )
  lifecycleRoutes(app, deps)
  changeRoutes(app, deps)
}

function lifecycleRoutes(app: App, deps: RestDeps): void {
  const verbs = { activate: 'active', suspend: 'suspended', retire: 'retired' } as const
  for (const [verb, state] of Object.entries(verbs)) {
    app.post(
      `/api/v1/agents/:id/${verb}`,
      { schema: { tags: TAGS, params: idParams, response: answers(changedAgent) } },
      async (request) =>
        changedWire(await makeChange(deps, 'agent.state', { ...target(request), state })),
    )
  }
}

function changeRoutes(app: App, deps: RestDeps): void {
  const schema = { tags: TAGS, params: idParams, response: answers(changedAgent) }
  app.post(
    '/api/v1/agents/:id/mode',
    { schema: { ...schema, body: agentModeBody } },
    async (request) =>
      changedWire(await makeChange(deps, 'agent.mode', { ...target(request), ...request.body })),
  )
  app.post(
    '/api/v1/agents/:id/grants',
    { schema: { ...schema, body: agentGrantsBody } },
    async (request) =>
      changedWire(await makeChange(deps, 'agent.grants', { ...target(request), ...request.body })),
  )
  app.post(
    '/api/v1/agents/:id/keys',
    { schema: { ...schema, body: agentKeysBody } },
    async (request) => {
      const { body } = request
      const agent = target(request)
      return changedWire(
        'add' in body
          ? await makeChange(deps, 'agent.key', { ...agent, key: body.add })
          : await revokeAgentKey(deps, { ...agent, thumbprint: body.revoke }),
      )
    },
  )
}

function target(request: FastifyRequest) {
  const by = doerOf(request)
  const { id } = request.params as { readonly id: string }
  return { tenant: by.person.tenant, by, agentId: id }
}

function changedWire({ agent, receipts }: ChangedAgent) {
  return { agent: agentWire(agent), receipts: receiptsWire(receipts) }
}

function postureWire({ agent, usable, blocked, idle, isCombined }: Posture) {
  return {
    agent: agent.id,
    usable: usable.map((tool) => ({
      upstream: tool.upstream,
      name: tool.name,
      exposed_name: tool.exposedName,
      effect: tool.effect,
      reads_strangers: tool.readsStrangers,
      changes: tool.changes,
      reaches_outside: tool.reachesOutside,
    })),
    blocked: [...blocked],
    idle: [...idle],
    combined: isCombined,
  }
}
