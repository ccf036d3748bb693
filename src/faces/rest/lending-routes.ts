/** Secrets kept here, and the credentials that are out now. */
import { removeSecret, sealSecret } from '../../command/seal-secret.ts'
import {
  borrowedLease,
  leaseList,
  putSecretAnswer,
  putSecretBody,
  removeSecretAnswer,
  secretList,
  secretParams,
} from '../../contract/lending.ts'
import { idParams } from '../../contract/words.ts'
import { Failure } from '../../kernel/failure.ts'
import type { BrokeredLease } from '../../lease/brokered.ts'
import { scopeDigest } from '../../lease/scope.ts'
import type { SealedSecret } from '../../lease/secrets.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { receiptsWire } from './wire.ts'

const TAGS = ['credentials']

export function lendingRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/secrets',
    { schema: { tags: TAGS, response: answers(secretList) } },
    async (request) => {
      const secrets = await deps.secrets.list(doerOf(request).person.tenant)
      return { secrets: secrets.map(secretWire) }
    },
  )
  app.put(
    '/api/v1/secrets/:name',
    {
      schema: {
        tags: TAGS,
        params: secretParams,
        body: putSecretBody,
        response: answers(putSecretAnswer),
      },
    },
    async (request) => {
      const by = doerOf(request)
      const { tenant } = by.person
      const { name } = request.params
      const { fields } = request.body
      const { secret, receipt } = await sealSecret(deps, { tenant, by, name, fields })
      return { secret: secretWire(secret), receipts: receiptsWire([receipt]) }
    },
  )
  app.delete(
    '/api/v1/secrets/:name',
    { schema: { tags: TAGS, params: secretParams, response: answers(removeSecretAnswer) } },
    async (request) => {
      const by = doerOf(request)
      const input = { tenant: by.person.tenant, by, name: request.params.name }
      return { receipts: receiptsWire([(await removeSecret(deps, input)).receipt]) }
    },
  )
  app.get(
    '/api/v1/leases',
    { schema: { tags: TAGS, response: answers(leaseList) } },
    async (request) => {
      const leases = await deps.brokeredLeases.alive(doerOf(request).person.tenant)
      return { leases: leases.map(leaseWire) }
    },
  )
  app.get(
    '/api/v1/leases/:id',
    { schema: { tags: TAGS, params: idParams, response: answers(borrowedLease) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      const lease = await deps.brokeredLeases.byId(tenant, request.params.id)
      if (lease === undefined) throw new Failure('not_found', 'nothing was borrowed by this id')
      return leaseWire(lease)
    },
  )
}

function secretWire({ name, fields, sealedBy, sealedAtMs }: SealedSecret) {
  return { name, fields: [...fields], sealed_by: sealedBy, sealed_at_ms: sealedAtMs }
}

function leaseWire(lease: BrokeredLease) {
  const { id, broker, kind, state, task, agent, call, scope, reason, attempts } = lease
  return {
    ...{ id, broker, kind, state, task, agent, call, attempts },
    scope: { ...scope, targets: scope.targets.map((target) => ({ ...target })) },
    scope_digest: scopeDigest(scope),
    issued_at_ms: lease.issuedAtMs,
    expires_at_ms: lease.expiresAtMs,
    residual_until_ms: lease.residualUntilMs,
    ...(reason === undefined ? {} : { reason }),
    stuck: lease.isStuck,
  }
}
