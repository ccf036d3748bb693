/** The demo that leaves the decision to whoever sits in front of it. */
import { resolve } from 'node:path'
import { AGENT, CASE_REF } from '../../range/seed.ts'
import type { Config } from '../config.ts'
import type { Cli } from './context.ts'
import { type AgentEvent, startAgent } from './demo-child.ts'
import { openStage, type Stage } from './demo-stage.ts'
import { storyTeller } from './demo-story.ts'
import { signalled } from './run-gateway.ts'

/** Well below the age at which facts about cases count as too old (config.ts). */
const FEED_INTERVAL_MS = 30 * 60_000
const ROOT = resolve(import.meta.dirname, '../..')
const ENDED: Readonly<Record<number, string>> = {
  0: 'The agent is done: the address is blocked, and the block is real.',
  1: 'The agent ended: the block had no effect.',
  3: 'The agent ended: somebody said no, and nothing was done.',
  4: 'The agent ended: nobody decided in time, and nothing was done.',
}

/** Runs until Ctrl-C. `profileArgs` is what a command needs to find this demo; empty for the usual place. */
export async function showDemo(cli: Cli, config: Config, profileArgs: string): Promise<void> {
  const tell = storyTeller(cli)
  // From the very first moment: who stops it while it starts gets an orderly end, too.
  const stopped = signalled()
  const stage = await openStage(config, tell)
  const feed = setInterval(() => {
    stage.seeded.feed().catch(() => tell('gateway', 'The case feed could not be told again.'))
  }, FEED_INTERVAL_MS)
  const say = (text: string) => cli.terminal.out.write(text)
  say(welcome(await stage.seeded.loginLink('dana'), stage.seeded.agentKey))
  const args = ['--base', stage.gateway.baseUrl, '--key', stage.seeded.agentKey, '--case', CASE_REF]
  let suspect = ''
  const agent = startAgent(args, (event) => {
    tell('agent', event.text)
    if (event.step === 'suspect') suspect = String(event.address)
    if (event.step === 'pending') say(howToDecide(stage, event, profileArgs))
  })
  try {
    const code = await Promise.race([agent.ended, stopped.then(() => undefined)])
    if (code !== undefined) {
      const link = await stage.seeded.loginLink('dana')
      say(howToGoOn(stage, code, suspect, profileArgs, link))
      await stopped
    }
    tell('gateway', 'Stopping.')
  } finally {
    clearInterval(feed)
    agent.stop()
    await stage.close()
  }
}

const COMMAND = 'bin/countersign'
/** The pinned Node: the one on the reader's path may be older. */
const NODE = 'node_modules/.bin/node'

/** The page of the console that leads from here to the first decision, with what its commands need. */
function welcome(link: string, agentKey: string): string {
  const url = new URL(link)
  const where = new URLSearchParams({ root: ROOT, key: resolve(agentKey) })
  url.searchParams.set('to', `/start?${where}`.replaceAll('%2F', '/'))
  return `
  Open this in a browser to be Dana, who leads the shift; it is good once, within ten minutes:

    ${url.href}

`
}

function howToDecide(stage: Stage, event: AgentEvent, profile: string): string {
  const id = String(event.approvalId)
  return `
  The agent waits for a person. Dana leads the shift and may decide. In another terminal:

    ${COMMAND} approval show ${id} --as dana${profile}
    ${COMMAND} approval approve ${id} --as dana${profile}
    ${COMMAND} approval deny ${id} --as dana${profile} --reason "Not now."

  Try it as priya first: she is an analyst, so her yes would only be advice.
  Or in the console, by the link above; bin/countersign login --as dana${profile} prints
  another one that signs you in at ${stage.gateway.baseUrl}.

`
}

function howToGoOn(
  stage: Stage,
  code: number,
  suspect: string,
  profile: string,
  link: string,
): string {
  const { host, port } = stage.range.edge
  const again = `${NODE} range/agent.ts --base ${stage.gateway.baseUrl} --key ${stage.seeded.agentKey}`
  return `
  ${ENDED[code] ?? `The agent ended with exit code ${code}.`}

  Look at it yourself:
    ${NODE} range/probe-client.ts ${port} ${suspect} ${host}
    ${COMMAND} case explain ${CASE_REF} --as omar${profile}
    ${COMMAND} case export ${CASE_REF} -o case.countersign --trust-out trust.txt --as omar${profile}
    ${COMMAND} verify case.countersign --trust trust.txt
  Send the agent (${AGENT.name}) again:
    ${again}
  Log into the console as Dana; the link is good once, within ten minutes:
    ${link}
  Another one:
    ${COMMAND} login --for "Dana Okafor" --as jonas${profile}
  The log of the gateway: ${stage.logFile}
  Ctrl-C ends everything.

`
}
