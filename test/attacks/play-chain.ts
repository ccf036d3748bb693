/** One chain, step by step: what the gateway answers each time, in the words of the samples. */
import { documentsOf } from '../../src/adapters/bundle-check.ts'
import { publishPolicy } from '../../src/command/publish-policy.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { TENANT } from '../../src/wiring.ts'
import { type AgentClient, type Said, saidBy } from '../harness/agent-client.ts'
import { approveAsOwner, decide, rest } from '../harness/people.ts'
import { addPerson, putOnDuty, type TestPerson } from '../harness/plane.ts'
import { type Chain, openChain, type Step, serverOf, type World } from './chain-world.ts'

export type Answer =
  | 'allow'
  | 'approve'
  | 'deny'
  | 'quarantine'
  | 'accept'
  | 'flag'
  | 'n/a'
  | 'unplayed'

type Scene = Awaited<ReturnType<typeof openChain>> & {
  readonly world: World
  readonly chain: Chain
  lastApproval: string | undefined
}

export async function playChain(world: World, chain: Chain): Promise<readonly Answer[]> {
  const scene: Scene = { ...(await openChain(world, chain)), world, chain, lastApproval: undefined }
  const spine = world.plane.gateway.parts.spine as { bundleAt: unknown }
  const { bundleAt } = spine
  const answers: Answer[] = []
  try {
    await containAsToldIn(scene)
    for (const [at, step] of chain.steps.entries())
      answers.push(await play(scene, step, chain.steps.slice(at + 1)))
  } finally {
    world.ledger.isBroken = false
    spine.bundleAt = bundleAt
    await scene.client.close()
  }
  return answers
}

/** What a row says happened before: `isolation owned by INC-4`. Approved and done, in a session on that case. */
async function containAsToldIn(scene: Scene): Promise<void> {
  for (const { why = '', tool, args } of scene.chain.steps) {
    const [, owner] = /^isolation owned by (\S+)$/.exec(why) ?? []
    if (owner === undefined) continue
    const client = await scene.workOn(owner)
    const isolate = `${serverOf(tool).server}__isolate_host`
    const target = { host_id: String(args.host_id) }
    const held = await call(client, isolate, target)
    await approveAll(scene, held?.approval_id ?? '')
    const done = await call(client, isolate, target)
    if (done !== undefined) throw new Error(`not contained: ${JSON.stringify(done)}`)
    await client.close()
  }
}

async function play(scene: Scene, step: Step, later: readonly Step[]): Promise<Answer> {
  const { world } = scene
  if (step.tool === 'policy.publish') return publish(world)
  if (step.tool === 'audit.down') {
    world.ledger.isBroken = true
    return 'n/a'
  }
  if (step.tool === 'pdp.down') {
    Object.assign(world.plane.gateway.parts.spine, { bundleAt: async () => undefined })
    return 'n/a'
  }
  if (step.tool === 'countersign.approve') return approveAs(scene, String(step.args.by))
  if (step.tool === 'countersign.request_approval') return askAgain(scene)
  if (step.tool.startsWith('countersign')) return 'unplayed'
  // A step that names a case is taken by the agent at work on it; the argument alone would be a claim.
  if (step.class === 'rollback' && typeof step.args.case === 'string') {
    const client = await scene.workOn(step.args.case)
    return callTool({ ...scene, client }, step, later).finally(() => client.close())
  }
  return callTool(scene, step, later)
}

async function callTool(scene: Scene, step: Step, later: readonly Step[]): Promise<Answer> {
  const { client, chain, world } = scene
  const { server, name } = serverOf(step.tool)
  const isShadow = step.tool.includes('__') && step.expect === 'deny'
  const exposed = isShadow ? step.tool : `${server}__${name}`
  const cites = chain.name.startsWith('approve-then') && scene.lastApproval !== undefined
  const meta = cites ? { 'countersign/approval': scene.lastApproval } : undefined
  const said = await call(client, exposed, step.args, meta)
  if (said?.status !== 'pending_approval') return wordOf(said)
  scene.lastApproval = said.approval_id
  if (chain.name.startsWith('denied-then') && said.approval_id !== undefined) {
    await decide(
      world.plane,
      world.approvers[0] as TestPerson,
      'deny',
      said.approval_id,
      'too much',
    )
    return wordOf(await call(client, exposed, step.args))
  }
  const closes = /close_case|close_incident|resolve/.test(step.tool)
  if (chain.name.startsWith('approve-then') || closes) {
    await approveAll(scene, said.approval_id ?? '')
    const next = later[0]
    const isReplayed =
      next?.tool === step.tool && JSON.stringify(next.args) === JSON.stringify(step.args)
    if (isReplayed || closes) await call(client, exposed, step.args)
    // The feed of the case system tells what the tool did there.
    if (closes) await scene.closeCase()
  }
  return 'approve'
}

async function call(
  client: AgentClient,
  name: string,
  args: JsonObject,
  meta?: Record<string, unknown>,
): Promise<Said | undefined> {
  return saidBy(await client.call(name, args, meta))
}

function wordOf(said: Said | undefined): Answer {
  if (said === undefined) return 'allow'
  if (said.status === 'pending_approval') return 'approve'
  return said.code === 'tool_quarantined' || said.code === 'tool_drifted' ? 'quarantine' : 'deny'
}

async function approveAll({ world }: Scene, approvalId: string): Promise<void> {
  for (const person of world.approvers) await approveAsOwner(world.plane, person, approvalId)
}

async function publish(world: World): Promise<Answer> {
  const deps = world.plane.gateway.parts.restParts
  const active = await deps.bundles.active(TENANT)
  const documents = documentsOf(active?.text ?? '')
  const id = `extra-${active?.sequence}`
  const text = `@id("${id}") @owner("test") @requires("approve") @role("shift-lead") @reason("A new rule.") @control("owasp-asi:ASI02")
forbid (principal, action in Action::"write-and-above", resource) unless { context.discharged.contains("${id}") };`
  const policies = { ...(documents.policies as JsonObject), [id]: text }
  await publishPolicy(deps, {
    tenant: TENANT,
    by: { kind: 'system', part: 'test' },
    documents: { ...documents, policies },
  })
  return 'n/a'
}

/** A person as the step describes them, deciding on the last request (or one opened for the purpose). */
async function approveAs(scene: Scene, by: string): Promise<Answer> {
  const { world, client } = scene
  if (scene.lastApproval === undefined) {
    const said = await call(client, `${scene.world.upstreams[0]?.config.id}__${contained(world)}`, {
      host_id: 'WS-1',
    })
    scene.lastApproval = said?.approval_id
  }
  const person = await personFor(world, by)
  const { body } = await approveAsOwner(world.plane, person, scene.lastApproval ?? '')
  return body.outcome === 'released' || body.outcome === 'co-signed' ? 'accept' : 'deny'
}

/** Any tool of the first server that is held. */
function contained(world: World): string {
  return world.upstreams[0]?.tools.find((tool) => tool.name.includes('isolate'))?.name ?? ''
}

let people = 0
async function personFor(world: World, by: string): Promise<TestPerson> {
  if (/request/.test(by)) return world.requester
  if (/agent/.test(by)) return { ...world.requester, token: 'an-agent' }
  const { gateway, clock } = world.plane
  const person = await addPerson(gateway, `P${++people}`, [
    'shift-lead',
    'incident-commander',
    'tier3-analyst',
    'service-owner',
  ])
  const isOnCall = !/not on call|off/.test(by)
  const isCertified = !/expired|uncertified|not certified/.test(by)
  if (isOnCall && isCertified) await putOnDuty(gateway, clock, person)
  else if (isOnCall) await putOnDuty(gateway, clock, person, [])
  return person
}

/** After a no, whatever is asked next shows the person that there was one. */
async function askAgain(scene: Scene): Promise<Answer> {
  const { world, client } = scene
  const held = await call(client, `${world.upstreams[0]?.config.id}__${contained(world)}`, {
    host_id: 'WS-OTHER',
  })
  const shown = await rest(
    world.plane,
    world.approvers[0],
    'GET',
    `/api/v1/approvals/${held?.approval_id}`,
  )
  const told = JSON.stringify(shown.body).match(/"denied_before_in_task":(\d+)/)?.[1]
  return Number(told) > 0 ? 'flag' : 'allow'
}
