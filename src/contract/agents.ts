/** Agents on the wire. */
import { z } from 'zod'
import { agentMode, agentState, id, publicJwk, receipt, text } from './words.ts'

export const agent = z
  .object({
    id,
    name: z.string(),
    subject: z.string(),
    owner: id,
    mode: agentMode,
    state: agentState,
    grants: z.array(z.string()),
  })
  .meta({ id: 'Agent' })

export const agentList = z.object({ agents: z.array(agent) })

/** What it could do if everything it may use were used together. */
export const agentPosture = z
  .object({
    agent: id,
    usable: z.array(
      z.object({
        upstream: z.string(),
        name: z.string(),
        exposed_name: z.string(),
        effect: z.string().meta({ description: 'the worst a call of it can be' }),
        reads_strangers: z.boolean().meta({ description: 'its results are written by strangers' }),
        changes: z.boolean().meta({ description: 'write and above' }),
        reaches_outside: z
          .boolean()
          .meta({ description: 'data leaves, or what it does is seen outside' }),
      }),
    ),
    blocked: z.array(z.string()).meta({ description: 'granted, and not reviewed as it is now' }),
    idle: z.array(z.string()).meta({ description: 'grants that name no tool any server offers' }),
    combined: z.boolean().meta({
      description: 'it can read strangers, change something and reach outside',
    }),
  })
  .meta({ id: 'AgentPosture' })

/** How much of it a suspension or a retirement ends, and what it leaves. */
export const agentUnderWay = z
  .object({
    sessions: z.int(),
    requests: z.int().meta({ description: 'that wait for people' }),
    approvals: z.int().meta({ description: 'not used yet, those of plans left out' }),
    plans: z.int(),
    leases: z.int(),
    containments: z.int().meta({ description: 'in force; they stay' }),
  })
  .meta({ id: 'AgentUnderWay' })

export const registerAgentBody = z.strictObject({
  name: text,
  subject: text,
  owner: id,
  mode: agentMode.optional(),
  grants: z.array(text),
  key: publicJwk,
})

export const registeredAgent = z.object({
  agent,
  key_id: z.string().meta({ description: 'RFC 7638 thumbprint: the kid of its workload JWT' }),
  receipts: z.array(receipt),
})

export const agentModeBody = z.strictObject({ mode: agentMode })
export const agentGrantsBody = z.strictObject({ grants: z.array(text) })
/** Adds one key or revokes one; exactly one of the two. */
export const agentKeysBody = z.union([
  z.strictObject({ add: publicJwk }),
  z.strictObject({ revoke: text }),
])

export const changedAgent = z.object({ agent, receipts: z.array(receipt) })
