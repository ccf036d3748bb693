/**
 * Puts the people, things and cases of the practice range on the books of a gateway, through its API and as the
 * platform engineer of the range. On a second start what exists is kept, and what has an age is told again.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import * as seed from '../../range/seed.ts'
import { putShift } from '../command/put-shift.ts'
import { agentList, changedAgent, registeredAgent } from '../contract/agents.ts'
import { putAssetAnswer, putCaseAnswer } from '../contract/cases.ts'
import {
  onDuty,
  personList,
  type person as personSchema,
  putCertificateAnswer,
  registeredPerson,
} from '../contract/people.ts'
import { loginLink } from '../contract/sessions.ts'
import { toolList } from '../contract/tools.ts'
import { Failure } from '../kernel/failure.ts'
import type { Gateway } from '../main.ts'
import { TENANT } from '../wiring.ts'
import { makeAgentKey, readPublicJwk } from './agent-key.ts'
import { registerFirstPerson } from './first-person.ts'
import { type GatewayClient, openGateway } from './gateway-client.ts'
import { givePracticePasskeys } from './practice-passkeys.ts'
import { readProfile, tokenOf, writeProfile } from './profile.ts'

type Person = z.output<typeof personSchema>

export type Seeded = {
  /** File with the agent's private key. */
  readonly agentKey: string
  /** Profile with a token file for each person of the range. */
  readonly profile: string
  /** Tells the gateway again what has an age: cases and assets, as a feed does. */
  readonly feed: () => Promise<void>
  /** A one-time link into the console for a person of the range, issued by its platform engineer. */
  readonly loginLink: (seedId: string) => Promise<string>
  /** All tools of the range, and those among them nobody has reviewed. */
  readonly tools: () => Promise<{ readonly all: number; readonly blocked: readonly string[] }>
}

const HOUR_MS = 3_600_000
const ENGINEER = 'jonas'
/** Who may be asked for a yes. The first vouches for the others, the second for the first. */
const HOLDERS = ['dana', 'tomas', 'mei', 'ines']

/** Throws `config_invalid` when the data directory belongs to something else than a demo. */
export async function seedGateway(gateway: Gateway): Promise<Seeded> {
  const { dataDir } = gateway.config
  const profile = join(dataDir, 'cli.json')
  const client = await asEngineer(gateway, profile)
  const people = await putPeople(client, profile)
  await putRoster(gateway, client, people)
  await givePracticePasskeys(
    client,
    profile,
    HOLDERS.map((seedId) => ({ seedId, personId: people(seedId).id })),
  )
  const feed = () => tellFacts(client, people)
  await feed()
  const agentKey = join(dataDir, 'demo', 'agent.jwk.json')
  await putAgent(client, people, agentKey)
  const tools = async () => {
    const listed = (await client.get('/api/v1/tools', toolList)).tools
    const blocked = listed
      .filter(({ status }) => status !== 'approved')
      .map((tool) => tool.exposed_name)
    return { all: listed.length, blocked }
  }
  const link = async (seedId: string) => {
    const body = { person: people(seedId).id }
    return (await client.send('POST', '/api/v1/login-links', body, loginLink)).url
  }
  return { agentKey, profile, feed, loginLink: link, tools }
}

async function asEngineer(gateway: Gateway, path: string): Promise<GatewayClient> {
  const engineer = seed.PEOPLE.find(({ id }) => id === ENGINEER)
  if (engineer === undefined) throw new Failure('internal', 'the range has no platform engineer')
  const { baseUrl } = gateway
  const known = readProfile(path)
  if (known !== undefined) {
    writeProfile(path, baseUrl, {})
    return openGateway(baseUrl, tokenOf(path, known, ENGINEER))
  }
  const { name, email, roles } = engineer
  try {
    const token = await registerFirstPerson(gateway, { name, email, roles })
    writeProfile(path, baseUrl, { [ENGINEER]: token })
    return openGateway(baseUrl, token)
  } catch (cause) {
    const detail = `${gateway.config.dataDir} was not made by the demo; COUNTERSIGN_DATA names another`
    throw new Failure('config_invalid', detail, { cause })
  }
}

type People = (seedId: string) => Person

async function putPeople(client: GatewayClient, profile: string): Promise<People> {
  const { people } = await client.get('/api/v1/people', personList)
  const known = new Map(people.map((person) => [person.email, person]))
  for (const { id, name, email, roles } of seed.PEOPLE) {
    if (known.has(email)) continue
    const answer = await client.send(
      'POST',
      '/api/v1/people',
      { name, email, roles },
      registeredPerson,
    )
    writeProfile(profile, client.baseUrl, { [id]: answer.token })
    known.set(email, answer.person)
    await putCertificates(client, id, answer.person)
  }
  return (seedId) => {
    const email = seed.PEOPLE.find(({ id }) => id === seedId)?.email ?? ''
    const found = known.get(email)
    if (found === undefined) throw new Failure('internal', `the range knows no person ${seedId}`)
    return found
  }
}

async function putCertificates(
  client: GatewayClient,
  seedId: string,
  person: Person,
): Promise<void> {
  for (const each of seed.CERTIFICATES.filter((one) => one.person === seedId)) {
    const body = {
      action_class: each.actionClass,
      issuer: each.issuer,
      expires_at_ms: Date.now() + each.validDays * 24 * HOUR_MS,
    }
    await client.send(
      'POST',
      `/api/v1/people/${person.id}/certificates`,
      body,
      putCertificateAnswer,
    )
  }
}

/** Shifts count from now, so that somebody is on duty while the range runs; a covered hour needs no new one. */
async function putRoster(gateway: Gateway, client: GatewayClient, people: People): Promise<void> {
  const nowMs = Date.now()
  const { shifts } = await client.get(`/api/v1/roster?at_ms=${nowMs + HOUR_MS}`, onDuty)
  for (const each of seed.SHIFTS) {
    const person = people(each.person).id
    if (shifts.some((shift) => shift.person === person && shift.role === each.role)) continue
    // As the range itself: the people of a second start are proven, and one of them alone adds no shift.
    await putShift(gateway.parts.restParts, {
      tenant: TENANT,
      by: { kind: 'system', part: 'range' },
      role: each.role,
      person,
      fromMs: nowMs + each.fromHours * HOUR_MS,
      toMs: nowMs + each.toHours * HOUR_MS,
      precedence: each.precedence,
      source: 'range',
    })
  }
}

async function tellFacts(client: GatewayClient, people: People): Promise<void> {
  for (const { kind, name, isNeverTouch, criticality, environment, labels } of seed.ASSETS) {
    const body = { criticality, environment, never_touch: isNeverTouch, labels, source: 'range' }
    const path = `/api/v1/assets/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`
    await client.send('PUT', path, body, putAssetAnswer)
  }
  for (const { ref, title, state, severity, tags, assignee } of seed.CASES) {
    const body = { title, state, severity, tags, owner: people(assignee).id, source: 'range' }
    await client.send('PUT', `/api/v1/cases/${encodeURIComponent(ref)}`, body, putCaseAnswer)
  }
}

async function putAgent(client: GatewayClient, people: People, keyFile: string): Promise<void> {
  const { name, subject, owner, mode, grants } = seed.AGENT
  const { agents } = await client.get('/api/v1/agents', agentList)
  if (agents.some((agent) => agent.subject === subject) && existsSync(keyFile)) return
  await makeAgentKey(keyFile)
  const body = { name, subject, owner: people(owner).id, mode, grants, key: readPublicJwk(keyFile) }
  const { agent } = await client.send('POST', '/api/v1/agents', body, registeredAgent)
  await client.send('POST', `/api/v1/agents/${agent.id}/activate`, undefined, changedAgent)
}
