/**
 * The agent's work on one case, from reading the log to the block and the note. Everything goes through the
 * gateway; what the gateway refuses is part of the story.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import {
  acceptedFrom,
  acceptedIn,
  FAILURES_BY_SOURCE,
  type Suspect,
  suspectIn,
} from './agent-findings.ts'
import type { Tell } from './agent-report.ts'
import type { AgentSession, Answer } from './agent-session.ts'
import { BREAK_GLASS_ACCOUNT } from './seed.ts'

export type Work = {
  readonly session: AgentSession
  readonly caseRef: string
  readonly tell: Tell
  /** How long the agent waits for a person before it gives up. Milliseconds. */
  readonly patienceMs: number
}

/** `no-effect`: the block was answered, yet the firewall does not show it. `unguarded`: a call that had to be refused ran. */
export type Ending =
  | 'blocked'
  | 'denied'
  | 'undecided'
  | 'no-effect'
  | 'unguarded'
  | 'nothing-found'
  | 'failed'

/** The firewall's own words for an hour, as the runbook says. */
const BLOCK_MINUTES = 60
/** The longest wait a gateway grants in one call. */
const WAIT_SECONDS = 45
/** A person who keeps changing a call should make it themselves. */
const MAX_CORRECTIONS = 3
/** When the gateway answers `still pending` at once, do not ask again at once. */
const MIN_ROUND_MS = 1_000

const blockedStatus = z.looseObject({ blocked: z.literal(true) })
const correctedArguments = z.record(z.string(), z.unknown())

/** Works the case and says how it ended. */
export async function workCase(work: Work): Promise<Ending> {
  const ending = await workThrough(work)
  work.tell({ step: 'done', text: `Done: ${ending}.`, ending })
  return ending
}

async function workThrough(work: Work): Promise<Ending> {
  const finding = await investigate(work)
  if (typeof finding === 'string') return finding
  await recommend(work, finding)
  if (!(await isRefused(work, 'forbidden', breakGlassCall(work.caseRef)))) return 'unguarded'
  if (!(await isRefused(work, 'unreviewed', reputationCall(finding)))) return 'unguarded'
  const ending = await block(work, finding)
  await takeNote(work, finding, ending)
  return ending
}

type Call = { readonly tool: string; readonly args: Readonly<Record<string, unknown>> }
type Finding = Suspect & { readonly accepted: number; readonly evidence: readonly string[] }

async function investigate({ session, caseRef, tell }: Work): Promise<Finding | Ending> {
  const names = await session.toolNames()
  tell({ step: 'tools', text: `I may use ${names.length} tools.`, tools: names })
  const read = await session.call('desk__get_case', { case: caseRef })
  tell({ step: 'case', text: `I read case ${caseRef}: ${gist(read)}.`, answer: read.kind })
  const ranking = await session.call('logs__execute_sql', { sql: FAILURES_BY_SOURCE })
  if (ranking.kind !== 'result') return unable(tell, 'logs', ranking)
  const suspect = suspectIn(ranking.value)
  if (suspect === undefined) {
    tell({ step: 'logs', text: 'The log shows no failed passwords.' })
    return 'nothing-found'
  }
  tell({
    step: 'suspect',
    text:
      `${suspect.address} failed ${suspect.failures} passwords for ${suspect.accounts} accounts ` +
      `between ${suspect.firstSeen} and ${suspect.lastSeen}.`,
    ...suspect,
    evidence: ranking.evidence,
  })
  const logins = await session.call('logs__execute_sql', { sql: acceptedFrom(suspect.address) })
  if (logins.kind !== 'result') return unable(tell, 'logs', logins)
  const accepted = acceptedIn(logins.value)
  tell({
    step: 'logins',
    text: `${accepted} passwords from ${suspect.address} were accepted.`,
    accepted,
    evidence: logins.evidence,
  })
  const evidence = [ranking.evidence, logins.evidence].filter((id) => id !== undefined)
  return { ...suspect, accepted, evidence }
}

async function recommend({ session, caseRef, tell }: Work, finding: Finding): Promise<void> {
  const { tool, args } = blockCall(caseRef, finding)
  const answer = await session.call('countersign_recommend', {
    summary:
      `${finding.address} is brute-forcing SSH: ${finding.failures} failed passwords, ` +
      `${finding.accepted} accepted. Block it at the edge for ${BLOCK_MINUTES} minutes.`,
    proposed_action: { tool, arguments: args },
    evidence: finding.evidence,
    confidence: finding.lead,
  })
  tell({
    step: 'recommendation',
    text: `I recorded a recommendation citing ${finding.evidence.length} pieces of evidence: ${gist(answer)}.`,
    answer: answer.kind,
    evidence: finding.evidence,
  })
}

/** Tries a call that must not run. True when the gateway refused it with a code of its own. */
async function isRefused({ session, tell }: Work, step: string, { tool, args }: Call) {
  const answer = await session.call(tool, args)
  tell({ step, text: `I tried ${tool}: ${gist(answer)}.`, tool, ...answer })
  return answer.kind === 'refused'
}

async function block(work: Work, finding: Finding): Promise<Ending> {
  const { answer, args } = await ask(work, blockCall(work.caseRef, finding), MAX_CORRECTIONS)
  work.tell({ step: 'answer', text: `The block: ${gist(answer)}.`, ...answer })
  if (answer.kind === 'pending') return 'undecided'
  if (answer.kind === 'failed') return 'failed'
  if (answer.kind === 'refused') return answer.code === 'approval_expired' ? 'undecided' : 'denied'
  const address = String(args.address)
  const status = await work.session.call('firewall__address_status', { address })
  const isBlocked = status.kind === 'result' && blockedStatus.safeParse(status.value).success
  const sight = isBlocked ? 'blocked' : 'not blocked'
  work.tell({ step: 'checked', text: `The firewall shows ${address} as ${sight}.`, isBlocked })
  return isBlocked ? 'blocked' : 'no-effect'
}

type Asked = { readonly answer: Answer; readonly args: Call['args'] }

/** Makes the call and waits for its decision; with arguments a person corrected, it is made again with those. */
async function ask(work: Work, { tool, args }: Call, corrections: number): Promise<Asked> {
  const asked = await work.session.call(tool, args)
  const answer = asked.kind === 'pending' ? await awaitDecision(work, asked) : asked
  if (answer.kind !== 'refused' || answer.code !== 'approval_modified') return { answer, args }
  const corrected = correctedArguments.safeParse(answer.said.suggested_arguments)
  if (!corrected.success || corrections === 0) return { answer, args }
  work.tell({
    step: 'corrected',
    text: 'A person changed the arguments; I ask again with theirs.',
    arguments: corrected.data,
  })
  return ask(work, { tool, args: corrected.data }, corrections - 1)
}

/** Waits until a person has decided, or patience ends; then the answer is still `pending`. */
async function awaitDecision(
  { session, tell, patienceMs }: Work,
  asked: Extract<Answer, { kind: 'pending' }>,
): Promise<Answer> {
  const { approvalId, said } = asked
  const endsAtMs = Date.now() + patienceMs
  tell({ step: 'pending', text: `The block waits for a person: ${gist(asked)}.`, approvalId, said })
  let answer: Answer = asked
  while (answer.kind === 'pending' && Date.now() < endsAtMs) {
    const roundEndsMs = Date.now() + MIN_ROUND_MS
    const leftSeconds = Math.ceil((endsAtMs - Date.now()) / 1000)
    answer = await session.call('countersign_await', {
      approval_id: approvalId,
      wait_seconds: Math.min(WAIT_SECONDS, leftSeconds),
    })
    if (answer.kind !== 'pending') break
    tell({ step: 'waiting', text: 'Nobody has decided yet; I keep waiting.', approvalId })
    await pause(Math.max(0, Math.min(roundEndsMs, endsAtMs) - Date.now()))
  }
  return answer
}

async function takeNote({ session, caseRef, tell }: Work, finding: Finding, ending: Ending) {
  const text =
    `${finding.address}: ${finding.failures} failed SSH passwords, ${finding.accepted} accepted. ` +
    `Asked for a block of ${BLOCK_MINUTES} minutes; it ended ${ending}. ` +
    `Evidence: ${finding.evidence.join(', ')}.`
  const answer = await session.call('desk__add_note', { case: caseRef, text })
  tell({
    step: 'note',
    text: `I wrote it down in ${caseRef}: ${gist(answer)}.`,
    answer: answer.kind,
  })
}

function blockCall(caseRef: string, { address, failures }: Suspect): Call {
  const reason = `${caseRef}: SSH brute force, ${failures} failed passwords`
  return {
    tool: 'firewall__block_address',
    args: { address, duration_minutes: BLOCK_MINUTES, reason },
  }
}

function breakGlassCall(caseRef: string): Call {
  const reason = `${caseRef}: the log shows attempts on privileged accounts`
  return { tool: 'directory__disable_account', args: { account: BREAK_GLASS_ACCOUNT, reason } }
}

function reputationCall({ address }: Suspect): Call {
  return { tool: 'extras__lookup_reputation', args: { address } }
}

function unable(tell: Tell, step: string, answer: Answer): Ending {
  tell({ step, text: `I cannot go on: ${gist(answer)}.`, ...answer })
  return answer.kind === 'refused' ? 'denied' : 'failed'
}

/** An answer in a few words. */
function gist(answer: Answer): string {
  if (answer.kind === 'result') return 'answered'
  if (answer.kind === 'failed') return `failed (${answer.message})`
  if (answer.kind === 'pending') return `pending approval ${answer.approvalId}`
  const why = answer.said.detail
  return `refused, ${answer.code}${typeof why === 'string' ? ` (${why})` : ''}`
}
