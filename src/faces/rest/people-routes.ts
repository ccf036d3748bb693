/** People and what they are certified for; who is on duty lies beside. */
import { makeChange } from '../../command/govern-change.ts'
import {
  certificateList,
  changedPerson,
  changePersonBody,
  linkChatBody,
  linkedChat,
  personList,
  putCertificateAnswer,
  putCertificateBody,
  registeredPerson,
  registerPersonBody,
} from '../../contract/people.ts'
import { idParams } from '../../contract/words.ts'
import type { App } from './app.ts'
import { answers, creates } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { certificateWire, personWire } from './person-wire.ts'
import { rosterRoutes } from './roster-routes.ts'
import { receiptsWire } from './wire.ts'

const TAGS = ['people']

export function peopleRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/people',
    { schema: { tags: TAGS, response: answers(personList) } },
    async (request) => {
      const people = await deps.people.list(doerOf(request).person.tenant)
      return { people: people.map(personWire) }
    },
  )
  app.post(
    '/api/v1/people',
    { schema: { tags: TAGS, body: registerPersonBody, response: creates(registeredPerson) } },
    async (request, reply) => {
      const by = doerOf(request)
      const made = await makeChange(deps, 'person.register', {
        tenant: by.person.tenant,
        by,
        ...request.body,
      })
      return reply.code(201).send({
        person: personWire(made.person),
        token: made.token,
        receipts: receiptsWire([made.receipt]),
      })
    },
  )
  app.post(
    '/api/v1/people/:id',
    {
      schema: {
        tags: TAGS,
        params: idParams,
        body: changePersonBody,
        response: answers(changedPerson),
      },
    },
    async (request) => {
      const by = doerOf(request)
      const { state, roles } = request.body
      const made = await makeChange(deps, 'person.change', {
        tenant: by.person.tenant,
        by,
        personId: request.params.id,
        ...(state === undefined ? {} : { state }),
        ...(roles === undefined ? {} : { roles }),
      })
      return { person: personWire(made.person), receipts: receiptsWire([made.receipt]) }
    },
  )
  certificateRoutes(app, deps)
  chatAccountRoute(app, deps)
  rosterRoutes(app, deps)
}

function chatAccountRoute(app: App, deps: RestDeps): void {
  app.post(
    '/api/v1/people/:id/chat',
    {
      schema: { tags: TAGS, params: idParams, body: linkChatBody, response: answers(linkedChat) },
    },
    async (request) => {
      const by = doerOf(request)
      const place = { tenant: by.person.tenant, by, person: request.params.id }
      const { account, receipt } = await makeChange(deps, 'chat.link', {
        ...place,
        ...request.body,
      })
      const { channel, account: name } = account
      return { channel, account: name, receipts: receiptsWire([receipt]) }
    },
  )
}

function certificateRoutes(app: App, deps: RestDeps): void {
  const url = '/api/v1/people/:id/certificates'
  app.get(
    url,
    { schema: { tags: TAGS, params: idParams, response: answers(certificateList) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      const certificates = await deps.people.certificates(tenant, request.params.id)
      return { certificates: certificates.map(certificateWire) }
    },
  )
  app.post(
    url,
    {
      schema: {
        tags: TAGS,
        params: idParams,
        body: putCertificateBody,
        response: creates(putCertificateAnswer),
      },
    },
    async (request, reply) => {
      const by = doerOf(request)
      const { action_class: actionClass, issuer, expires_at_ms: expiresAtMs } = request.body
      const input = { actionClass, issuer, expiresAtMs, person: request.params.id }
      const made = await makeChange(deps, 'certificate.put', {
        tenant: by.person.tenant,
        by,
        ...input,
      })
      return reply.code(201).send({
        certificate: certificateWire(made.certificate),
        receipts: receiptsWire([made.receipt]),
      })
    },
  )
}
