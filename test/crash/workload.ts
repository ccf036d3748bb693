/**
 * What goes on while the gateway may die at any moment: an agent reads, writes notes, asks for blocks and is
 * refused, in parallel, and people decide. Everything goes over HTTP and MCP; every answer is remembered.
 */
import { decodeJwt } from 'jose'
import { type AgentClient, connectAgent, saidBy, type ToolResult } from '../harness/agent-client.ts'
import { decide, rest } from '../harness/people.ts'
import { taskToken } from '../harness/plane.ts'
import { NEVER_TOUCH, type World } from './installation.ts'
import type { Memory, Question } from './memory.ts'

export type Outside = {
  readonly world: World
  readonly baseUrl: string
  readonly memory: Memory
}

/** A token lives five minutes; an older one is renewed for the same task. Milliseconds. */
const TOKEN_USE_MS = 240_000

/** One round of work. Rejects when the gateway goes away. */
export async function work(outside: Outside): Promise<void> {
  await resolveOpenQuestions(outside)
  const { token, task } = await openTask(outside)
  const agent = await connectAgent(outside.baseUrl, token)
  try {
    await machineSpeed(outside, agent, token)
    const ask = (verdict: Question['verdict']) => newQuestion(outside, task, token, verdict)
    await askAndRun(outside, agent, ask('approve'))
    await waitInTheCall(outside, agent, ask('approve'))
    await askAndRun(outside, agent, ask('deny'))
    await refusals(outside, agent)
    const left = ask('approve')
    await askAbout(outside, agent, left)
    await rememberCheckpoint(outside)
  } finally {
    await agent.close().catch(() => {})
  }
}

/** What is open from earlier lives is decided and run now. */
export async function resolveOpenQuestions(outside: Outside): Promise<void> {
  for (const question of outside.memory.questions.filter((each) => !each.isOver)) {
    const agent = await connectAgent(outside.baseUrl, await tokenOf(outside, question))
    try {
      await askAndRun(outside, agent, question)
    } finally {
      await agent.close().catch(() => {})
    }
  }
}

async function openTask(outside: Outside): Promise<{ token: string; task: string }> {
  const token = await taskToken(reachOf(outside))
  const { task } = decodeJwt<{ task: string }>(token)
  outside.memory.acknowledged.push({ kind: 'task', task })
  return { token, task }
}

function tokenOf(outside: Outside, { token, tokenSinceMs, task }: Question): Promise<string> {
  const isFresh = Date.now() - tokenSinceMs < TOKEN_USE_MS
  return isFresh ? Promise.resolve(token) : taskToken(reachOf(outside), 'respond', { task })
}

function reachOf({ world, baseUrl }: Outside) {
  return { ...world, gateway: { baseUrl } }
}

/** Reads and notes beside each other; some with a slow answer, so that a kill meets them half-way. */
async function machineSpeed(outside: Outside, agent: AgentClient, token: string): Promise<void> {
  const { memory } = outside
  const run = async (name: string, rest: Record<string, unknown> = {}) => {
    const result = await agent.call(`net__${name}`, { target: memory.nextTarget(), ...rest })
    rememberAnswer(memory, result)
  }
  await Promise.all([
    run('look'),
    run('look', { wait_ms: 60 }),
    run('note', { wait_ms: 40 }),
    run('mark'),
    run('mark', { wait_ms: 20 }),
    overRest(outside, token),
  ])
}

async function overRest({ baseUrl, memory }: Outside, token: string): Promise<void> {
  const response = await fetch(`${baseUrl}/api/v1/calls`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ tool: 'net__look', arguments: { target: memory.nextTarget() } }),
  })
  const body = (await response.json()) as { call?: string; evidence?: string }
  if (response.status !== 200 || body.call === undefined) {
    memory.surprises.push(`POST /api/v1/calls: ${response.status} ${JSON.stringify(body)}`)
    return
  }
  memory.acknowledged.push({ kind: 'answered', call: body.call, evidence: body.evidence })
}

function newQuestion(
  { memory }: Outside,
  task: string,
  token: string,
  verdict: Question['verdict'],
): Question {
  const made: Question = {
    target: memory.nextTarget(),
    task,
    token,
    tokenSinceMs: Date.now(),
    verdict,
    isDecisionSent: false,
    isDecided: false,
    isRunSent: false,
    isOver: false,
  }
  memory.questions.push(made)
  return made
}

/** From wherever the question stands to its end. */
async function askAndRun(outside: Outside, agent: AgentClient, question: Question): Promise<void> {
  if (question.approval === undefined) await askAbout(outside, agent, question)
  if (!question.isOver) await decideOn(outside, question)
  if (!question.isOver) await runOn(outside, agent, question)
}

async function askAbout(outside: Outside, agent: AgentClient, question: Question): Promise<void> {
  const { memory } = outside
  const { target } = question
  const said = saidBy(await agent.call('net__block', { target }, { 'countersign/hold_ms': 0 }))
  if (said?.status === 'pending_approval' && said.approval_id !== undefined) {
    question.approval = said.approval_id
    memory.acknowledged.push({ kind: 'pending', approval: said.approval_id })
    return
  }
  memory.surprises.push(`asking for a block of ${target}: ${JSON.stringify(said)}`)
  question.isOver = true
}

async function decideOn(outside: Outside, question: Question): Promise<void> {
  const { memory, world } = outside
  const approval = question.approval ?? ''
  const shown = await rest(reachOf(outside), world.dana, 'GET', `/api/v1/approvals/${approval}`)
  const state = String(shown.body.state)
  const wanted = question.verdict === 'approve' ? 'approved' : 'denied'
  if (state === wanted && question.isDecisionSent) {
    question.isDecided = true
    return
  }
  if (state !== 'pending' || question.isDecided) {
    memory.surprises.push(`${approval} is ${shown.status} ${state}, not pending or ${wanted}`)
    question.isOver = true
    return
  }
  question.isDecisionSent = true
  const person = question.verdict === 'approve' ? world.dana : world.alex
  const { status, body } = await decide(reachOf(outside), person, question.verdict, approval)
  const outcome = String(body.outcome)
  if (outcome === 'released' || outcome === 'denied') {
    memory.acknowledged.push({ kind: outcome, approval })
    question.isDecided = true
    return
  }
  memory.surprises.push(`deciding ${approval}: ${status} ${JSON.stringify(body)}`)
  question.isOver = true
}

async function runOn(outside: Outside, agent: AgentClient, question: Question): Promise<void> {
  const { memory } = outside
  const { target, verdict } = question
  const mayHaveRun = question.isRunSent
  question.isRunSent = true
  const meta = { 'countersign/approval': question.approval, 'countersign/hold_ms': 0 }
  const result = await agent.call('net__block', { target }, meta)
  const code = saidBy(result)?.code
  const isExpected =
    verdict === 'approve'
      ? code === undefined || (code === 'grant_used' && mayHaveRun)
      : code === 'approval_denied'
  if (!isExpected)
    memory.surprises.push(`running on ${question.approval}: ${JSON.stringify(result)}`)
  rememberAnswer(memory, result)
  question.isOver = true
}

/** The call itself waits; a person decides meanwhile, and the call answers. */
async function waitInTheCall(
  outside: Outside,
  agent: AgentClient,
  question: Question,
): Promise<void> {
  const { memory, world } = outside
  question.isRunSent = true
  const calling = agent.call(
    'net__block',
    { target: question.target },
    { 'countersign/hold_ms': 10_000 },
  )
  // Looked at below; until then a gateway that goes away must not count as an error nobody handles.
  calling.catch(() => {})
  while (question.approval === undefined) {
    const path = '/api/v1/approvals?state=pending'
    const { body } = await rest(reachOf(outside), world.dana, 'GET', path)
    const pending = (body.approvals ?? []) as readonly { id: string; task: string }[]
    const known = memory.questions.map((each) => each.approval)
    const found = pending.find(({ id, task }) => task === question.task && !known.includes(id))
    if (found !== undefined) question.approval = found.id
  }
  await decideOn(outside, question)
  const result = await calling
  if (saidBy(result) !== undefined) {
    memory.surprises.push(`a held call: ${JSON.stringify(result)}`)
  }
  rememberAnswer(memory, result)
  question.isOver = true
}

async function refusals(outside: Outside, agent: AgentClient): Promise<void> {
  const { memory } = outside
  const results = await Promise.all([
    agent.call('net__wipe', { target: memory.nextTarget() }),
    agent.call('net__block', { target: NEVER_TOUCH }),
  ])
  const codes = results.map((result) => saidBy(result)?.code)
  if (codes.join() !== 'tool_quarantined,target_never_touch') {
    memory.surprises.push(`what must be refused: ${codes.join()}`)
  }
  for (const result of results) rememberAnswer(memory, result)
}

function rememberAnswer(memory: Memory, result: ToolResult): void {
  const said = saidBy(result)
  const call = result._meta?.['countersign/call']
  const evidence = result._meta?.['countersign/evidence']
  if (typeof call !== 'string') {
    memory.surprises.push(`an answer without a call: ${JSON.stringify(result)}`)
  } else if (said?.status === 'refused') {
    memory.acknowledged.push({ kind: 'refused', call, code: said.code ?? '' })
  } else if (said === undefined && typeof evidence === 'string' && result.isError !== true) {
    memory.acknowledged.push({ kind: 'answered', call, evidence })
  } else {
    memory.surprises.push(`an answer of another kind: ${JSON.stringify(result)}`)
  }
}

async function rememberCheckpoint(outside: Outside): Promise<void> {
  const { status, body } = await rest(
    reachOf(outside),
    outside.world.petra,
    'GET',
    '/api/v1/ledger/checkpoint',
  )
  if (status === 200) {
    outside.memory.acknowledged.push({ kind: 'checkpoint', note: String(body.note) })
  } else {
    outside.memory.surprises.push(`the checkpoint: ${status} ${JSON.stringify(body)}`)
  }
}
