/**
 * The demo that plays every role. Everything goes through the interfaces anybody else would use: the agent speaks
 * MCP, people call the command line, the block is looked at from another process as a client of the shop, and the
 * record is verified by the offline verifier. Whatever is not as it has to be ends the demo with exit code 1.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CASE_REF } from '../../range/seed.ts'
import { readConfig } from '../config.ts'
import { Failure } from '../kernel/failure.ts'
import type { Cli } from './context.ts'
import { type AgentEvent, type Finished, runCommand, runProgram, startAgent } from './demo-child.ts'
import { openStage, type Stage, type Tell } from './demo-stage.ts'
import { storyTeller } from './demo-story.ts'
import { EXIT } from './exit-codes.ts'
import { signalled } from './run-gateway.ts'

/** The promise is a minute; what takes longer has gone wrong and is cut off in time to say so. */
const LIMIT_MS = 55_000
/** An address nobody blocked (RFC 5737): if it were refused too, the shop would merely be down. */
const BYSTANDER = '198.51.100.7'
const AGENT_ENDED: Readonly<Record<number, string>> = {
  1: 'the block had no effect, or a call that had to be refused ran',
  3: 'the call was denied',
  4: 'nobody decided in time',
  6: 'the gateway does not know the agent',
  7: 'the gateway could not be reached',
}

type Play = {
  readonly stage: Stage
  readonly tell: Tell
  readonly exportTo: string
  /** Fires when the demo must end: too late, interrupted, or over. */
  readonly signal: AbortSignal
}

/** Throws `demo_failed` with what was not so. Nothing is left running; the export stays when all was so. */
export async function playDemo(cli: Cli, keepExport: string | undefined): Promise<void> {
  const tell = storyTeller(cli)
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-demo-'))
  const exportTo = keepExport ?? mkdtempSync(join(tmpdir(), 'countersign-export-'))
  mkdirSync(exportTo, { recursive: true })
  const startedMs = performance.now()
  const ending = new AbortController()
  const { signal } = ending
  const config = { ...readConfig({}), dataDir, port: 0, baseUrl: 'http://localhost:0' }
  const opening = openStage(config, tell)
  const playing = opening.then((stage) => play({ stage, tell, exportTo, signal }))
  try {
    const files = await withinLimit(playing)
    const seconds = Math.round((performance.now() - startedMs) / 100) / 10
    tell('done', `All of it was so, in ${seconds} s. The record stays in ${exportTo}`)
    cli.show({ ok: true, seconds, ...files }, () => '')
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    tell('FAILED', detail)
    if (keepExport === undefined) rmSync(exportTo, { recursive: true, force: true })
    throw error
  } finally {
    ending.abort()
    // Whatever is still on its way comes to its end first, so that nothing of it outlives the demo.
    await Promise.allSettled([playing])
    await opening.then((stage) => stage.close()).catch(() => undefined)
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function withinLimit<T>(work: Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(LIMIT_MS)
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () =>
      reject(notSo(`the demo took longer than ${LIMIT_MS / 1000} s`)),
    )
  })
  const interrupted = signalled().then(() => {
    throw notSo('it was interrupted')
  })
  return Promise.race([work, late, interrupted])
}

function notSo(what: string): Failure {
  return new Failure('demo_failed', what)
}

async function play(
  parts: Play,
): Promise<{ readonly export: string; readonly trust_policy: string }> {
  const { stage, tell, signal } = parts
  const { agentKey } = stage.seeded
  signal.throwIfAborted()
  const seen = new Map<string, AgentEvent>()
  const agent = startAgent(
    ['--base', stage.gateway.baseUrl, '--key', agentKey, '--case', CASE_REF],
    async (event) => {
      seen.set(event.step, event)
      tell('agent', event.text)
      await react(parts, event, seen)
    },
  )
  signal.addEventListener('abort', agent.stop)
  try {
    const code = await agent.ended
    if (code !== 0) throw notSo(`the agent ended with ${code}: ${AGENT_ENDED[code] ?? 'it failed'}`)
  } finally {
    agent.stop()
  }
  for (const step of ['forbidden', 'unreviewed', 'pending', 'checked']) {
    if (!seen.has(step)) throw notSo(`the agent never came to "${step}"`)
  }
  const attacker = String(seen.get('suspect')?.address)
  await look(parts, attacker, 'refused', 'The attacker is shut out')
  await look(parts, BYSTANDER, 'served', 'Everybody else is served')
  return prove(parts)
}

/** What the people of the demo do while the agent works. */
async function react(
  parts: Play,
  event: AgentEvent,
  seen: ReadonlyMap<string, AgentEvent>,
): Promise<void> {
  const { tell } = parts
  if (event.step === 'forbidden' && event.code !== 'target_never_touch') {
    throw notSo(`disabling the break-glass account was answered with ${event.code}`)
  }
  if (event.step === 'unreviewed' && event.code !== 'tool_quarantined') {
    throw notSo(`the tool nobody reviewed was answered with ${event.code}`)
  }
  if (event.step !== 'pending') return
  await look(
    parts,
    String(seen.get('suspect')?.address),
    'served',
    'Until a person says yes, nothing happened',
  )
  const id = String(event.approvalId)
  tell('priya', 'She is an analyst and says yes too early. She does not hold the role.')
  const advice = await decide(parts, 'priya', id, 'Looks right to me.')
  expectCode(advice, EXIT.notPermitted, 'the yes of somebody without the role')
  tell('gateway', 'Her yes is on record as advice and releases nothing.')
  tell(
    'dana',
    'She leads the shift, is on duty and certified for containment. She reads exactly what would run.',
  )
  const reason =
    '300 failed SSH passwords against the lab, none accepted; the runbook says to block for an hour.'
  const approval = await decide(parts, 'dana', id, reason)
  expectCode(approval, EXIT.done, "Dana's approval")
  tell(
    'dana',
    'Approved, with a reason, for this one call, and signed over its digest with her practice passkey.',
  )
}

function decide({ stage }: Play, person: string, id: string, reason: string): Promise<Finished> {
  const { profile } = stage.seeded
  return runCommand([
    'approval',
    'approve',
    id,
    '--as',
    person,
    '--profile',
    profile,
    '--yes',
    '--reason',
    reason,
  ])
}

/** Looks at the shop from outside, as a client with this address, in a process that shares nothing with us. */
async function look(
  { stage, tell }: Play,
  address: string,
  wanted: string,
  meaning: string,
): Promise<void> {
  const { host, port } = stage.range.edge
  const { out } = await runProgram('range/probe-client.ts', [String(port), address, host])
  const sight = out.trim()
  if (sight !== wanted)
    throw notSo(`a client at ${address} is ${sight || 'not answered'}, not ${wanted}`)
  tell('outside', `A client at ${address} is ${sight}. ${meaning}.`)
}

/** Exports the case and has a stranger verify it, with and without the key, whole and with one byte changed. */
async function prove({ stage, tell, exportTo }: Play) {
  const file = join(exportTo, `${CASE_REF}.countersign`)
  const policy = join(exportTo, 'trust-policy.txt')
  const as = ['--profile', stage.seeded.profile, '--as', 'omar']
  const check = await runCommand(['ledger', 'check', ...as])
  expectCode(check, EXIT.done, 'the check of the whole ledger')
  tell('omar', `The auditor checks the whole ledger: ${check.out.trim()}.`)
  const made = await runCommand([
    'case',
    'export',
    CASE_REF,
    '-o',
    file,
    '--trust-out',
    policy,
    ...as,
  ])
  expectCode(made, EXIT.done, 'the export')
  tell('omar', `He takes the case home as one file: ${file}`)
  const verify = (...args: readonly string[]) => runProgram('src/verify/main.ts', args)
  const trusted = await verify(file, '--trust', policy)
  expectCode(trusted, EXIT.done, 'verifying the export')
  tell('verifier', `Offline, knowing only the key of the log: ${lastLine(trusted.out)}.`)
  const stranger = await verify(file)
  expectCode(stranger, EXIT.incomplete, 'verifying without the key')
  tell('verifier', `Without the key it says no more than it knows: ${lastLine(stranger.out)}.`)
  const altered = join(exportTo, 'altered.countersign')
  writeFileSync(altered, oneByteChanged(readFileSync(file)))
  const tampered = await verify(altered, '--trust', policy)
  rmSync(altered)
  expectCode(tampered, EXIT.verificationFailed, 'verifying a changed file')
  tell('verifier', `With one byte changed: ${lastLine(tampered.out)}.`)
  return { export: file, trust_policy: policy }
}

function oneByteChanged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  const middle = Math.floor(copy.length / 2)
  copy[middle] = (copy[middle] ?? 0) ^ 1
  return copy
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}

function expectCode({ code, err }: Finished, wanted: number, what: string): void {
  if (code === wanted) return
  const said =
    err
      .trim()
      .split('\n')
      .find((line) => line.startsWith('error ')) ?? ''
  throw notSo(`${what} ended with exit code ${code} instead of ${wanted}. ${said}`)
}
