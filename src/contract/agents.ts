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
