/** The product as shipped in front of the tool server of the stop bench, with as many tasks as are asked for. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTask } from '../../src/command/open-task.ts'
import { DEFAULT_LIMITS } from '../../src/config.ts'
import { reviewAll } from '../../test/harness/mcp-review.ts'
import { startPlane } from '../../test/harness/plane.ts'
import { serveTarget } from '../gateway/target.ts'

/** As long as the token endpoint gives. */
const TOKEN_LIFETIME_MS = 300_000

const dataDir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
const url = process.env.BENCH_UPSTREAM ?? ''
const plane = await startPlane({
  dataDir,
  upstreams: [{ id: 'log', transport: 'streamable-http', url, trustsShippedEntries: false }],
  config: {
    requestsPerSecond: 1_000_000,
    limits: { ...DEFAULT_LIMITS, callsPerTask: 1_000_000_000 },
  },
})
await reviewAll(plane, 'log', () => ({
  kind: 'tool',
  effect: 'read',
  verb: 'query',
  target: { kind: 'device', from: 'args.target' },
}))

serveTarget({
  url: `${plane.gateway.baseUrl}/mcp`,
  token: newTask,
  answers: { analyst: () => plane.alex.token, lead: () => plane.dana.token },
  close: async () => {
    await plane.gateway.close()
    rmSync(dataDir, { recursive: true, force: true })
  },
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
