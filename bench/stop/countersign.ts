/** The gateway with as many tasks as are asked for. */
import { openTask } from '../../src/command/open-task.ts'
import { startLogPlane } from '../gateway/log-plane.ts'
import { serveTarget } from '../gateway/target.ts'

/** As long as the token endpoint gives. */
const TOKEN_LIFETIME_MS = 300_000

const { plane, url, close } = await startLogPlane()

serveTarget({
  url,
  token: newTask,
  answers: { analyst: () => plane.alex.token, lead: () => plane.dana.token },
  close,
})

/** A task of its own for each token. Not over HTTP, where one address may not ask for a thousand in a minute. */
async function newTask(): Promise<string> {
  const deps = plane.gateway.parts.restParts
  const { task } = await openTask(deps, {
    tenant: plane.alex.tenant,
    by: { kind: 'person', person: plane.alex },
    agentId: plane.agent.id,
    caseRef: plane.caseId,
    purpose: 'investigate',
    scope: [],
  })
  const { tenant, agent, id, onBehalfOf, caseId, purpose, scope } = task
  const issuedAtMs = deps.nowMs()
  const expiresAtMs = Math.floor(issuedAtMs / 1_000) * 1_000 + TOKEN_LIFETIME_MS
  const content = { tenant, agent, task: id, onBehalfOf, caseId, purpose, scope, expiresAtMs }
  const { subject: agentSubject } = plane.agent
  return deps.signer.sign({ ...content, agentSubject, tokenId: deps.nextId() }, issuedAtMs)
}
