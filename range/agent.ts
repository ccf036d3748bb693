/**
 * The scripted agent of the practice range: an MCP client with a key of its own and no model behind it. It
 * works one case through the gateway and tells what happens.
 *
 *   node range/agent.ts --base http://localhost:7070 --key agent.jwk.json --case INC-482
 *
 * Options: --subject (the registered subject of the key), --patience (seconds to wait for a person), --json
 * (one JSON object per line), --leash (ends when stdin closes, so that it cannot outlive who started it). The
 * first five also come from the environment: AGENT_BASE, AGENT_KEY, AGENT_CASE,
 * AGENT_SUBJECT, AGENT_PATIENCE.
 *
 * Exit code: 0 the address is blocked, after approval; 3 a person or the policy said no; 4 nobody decided;
 * 1 the block has no effect, or a call that had to be refused ran; 2 usage; 6 the gateway does not know the
 * agent; 7 unreachable.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { JWK } from 'jose'
import { z } from 'zod'
import { storyTeller, type Tell } from './agent-report.ts'
import { openSession } from './agent-session.ts'
import { type AgentIdentity, ExchangeRefused, taskTokens } from './agent-token.ts'
import { type Ending, workCase } from './agent-work.ts'
import { leaveWithParent } from './lifetime.ts'
import { AGENT, CASE_REF } from './seed.ts'
import { setting } from './settings.ts'

const EXIT_CODES: Readonly<Record<Ending, number>> = {
  blocked: 0,
  failed: 1,
  'no-effect': 1,
  unguarded: 1,
  'nothing-found': 1,
  denied: 3,
  undecided: 4,
}
const EXIT_FAILED = 1
const EXIT_USAGE = 2
const EXIT_NOT_PERMITTED = 6
const EXIT_UNREACHABLE = 7
/** A person who is paged answers within minutes; after a quarter of an hour the request has expired. */
const DEFAULT_PATIENCE_SECONDS = '900'

const privateKey = z.looseObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
})

type Settings = {
  readonly identity: AgentIdentity
  readonly patienceMs: number
  readonly asJson: boolean
  readonly isLeashed: boolean
}

function readSettings(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      base: { type: 'string', default: setting('AGENT_BASE') ?? '' },
      key: { type: 'string', default: setting('AGENT_KEY') ?? '' },
      case: { type: 'string', default: setting('AGENT_CASE') ?? CASE_REF },
      subject: { type: 'string', default: setting('AGENT_SUBJECT') ?? AGENT.subject },
      patience: {
        type: 'string',
        default: setting('AGENT_PATIENCE') ?? DEFAULT_PATIENCE_SECONDS,
      },
      json: { type: 'boolean', default: false },
      leash: { type: 'boolean', default: false },
    },
  })
  const base = new URL(values.base).origin
  const key: JWK = privateKey.parse(JSON.parse(readFileSync(values.key, 'utf8')))
  const patienceMs = z.coerce.number().min(0).parse(values.patience) * 1000
  const identity = { base, key, subject: values.subject, caseRef: values.case }
  return { identity, patienceMs, asJson: values.json, isLeashed: values.leash }
}

async function run({ identity, patienceMs }: Settings, tell: Tell): Promise<number> {
  try {
    const tokens = taskTokens(identity)
    const session = await openSession(identity.base, tokens)
    const task = tokens.task()
    tell({
      step: 'session',
      text: `I am ${identity.subject}, working on ${identity.caseRef} in task ${task}.`,
      task,
    })
    const { caseRef } = identity
    const ending = await workCase({ session, caseRef, tell, patienceMs })
    await session.close()
    return EXIT_CODES[ending]
  } catch (error) {
    tell({ step: 'error', text: messageOf(error) })
    if (error instanceof ExchangeRefused) return EXIT_NOT_PERMITTED
    return isNetworkError(error) ? EXIT_UNREACHABLE : EXIT_FAILED
  }
}

/** What `fetch` throws when nobody listens (the system's error is its cause), or nobody answers in time. */
function isNetworkError(error: unknown): boolean {
  if (error instanceof DOMException) return error.name === 'TimeoutError'
  return error instanceof TypeError && error.cause !== undefined
}

function messageOf(error: unknown): string {
  if (error instanceof ExchangeRefused)
    return `The gateway refused the task: ${error.code}, ${error.message}`
  return error instanceof Error ? error.message : String(error)
}

function settingsOrUsage(): Settings | undefined {
  try {
    return readSettings(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    process.stderr.write(
      'usage: node range/agent.ts --base URL --key FILE [--case REF] [--subject S]',
    )
    process.stderr.write(' [--patience SECONDS] [--json] [--leash]\n')
    return undefined
  }
}

const settings = settingsOrUsage()
if (settings?.isLeashed === true) leaveWithParent({ exitCode: EXIT_FAILED })
process.exitCode =
  settings === undefined ? EXIT_USAGE : await run(settings, storyTeller(settings.asJson))
