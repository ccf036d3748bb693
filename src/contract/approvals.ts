/** Approval requests and the decisions on them, on the wire. */
import { z } from 'zod'
import { assertion } from './passkeys.ts'
import {
  digest,
  id,
  instantMs,
  json,
  jsonObject,
  label,
  receipt,
  requestState,
  role,
} from './words.ts'

const need = z.object({
  role,
  strength: z.enum(['confirm', 'approve', 'dual']),
  policies: z.array(z.string()),
})

export const approvalSummary = z
  .object({
    id,
    state: requestState,
    reason_code: z.string().optional(),
    call: id,
    task: id,
    case: id,
    agent: id,
    on_behalf_of: id,
    tool: z.string(),
    action: z.string(),
    effect: z.string(),
    irreversible: z.boolean(),
    action_digest: digest,
    needs: z.array(need),
    owner: id.optional(),
    accountable: role.optional().meta({ description: 'the role that has to answer now' }),
    upgrades_purpose: z.boolean(),
    needs_passkey: z.boolean().meta({ description: 'whether a yes is signed' }),
    created_at_ms: instantMs,
    expires_at_ms: instantMs,
    plan: id.optional().meta({ description: 'the plan this asks about; absent for one call' }),
    decided_at_ms: instantMs.optional(),
    decided_by: id.optional(),
    modified_from: id.optional().meta({ description: 'the request a person changed into this' }),
    modified_by: id.optional().meta({ description: 'may not be the only signer' }),
    acknowledged_at_ms: instantMs.optional(),
    acknowledged_by: id.optional().meta({ description: 'who said "I have it" first' }),
  })
  .meta({ id: 'ApprovalSummary' })

/** A page of the queue holds at most this many; a longer answer would make others wait. */
const MAX_PAGE = 500
const DEFAULT_PAGE = 200

export const queueView = z.enum(['mine', 'teams', 'waiting', 'decided'])

export const approvalQuery = z.strictObject({
  state: requestState.optional(),
  view: queueView.optional().meta({
    description:
      'sorted by time left, then by blast radius (`decided`: newest first); absent: oldest first',
  }),
  case: id.optional(),
  q: z.string().max(200).optional().meta({
    description: 'words that all occur in target, tool, action, agent, case, owner, state or id',
  }),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
})

export const approvalListed = approvalSummary
  .extend({
    targets: z.array(z.string()).meta({ description: 'what it acts upon: lower-cased `kind/id`' }),
  })
  .meta({ id: 'ApprovalListed' })

export const approvalList = z.object({
  approvals: z.array(approvalListed),
  total: z.int().meta({ description: 'how many match, on this page or not' }),
})

/** How many wait: in your hands, for a role you are on duty for, and in all. */
export const approvalCounts = z.object({ mine: z.int(), teams: z.int(), waiting: z.int() })

export const eligibility = z.object({
  eligible: z.boolean(),
  role: z.string().optional(),
  certificate: id.optional(),
  failing: z.string().optional().meta({ description: 'the first test that fails' }),
  says: z.string().optional().meta({ description: 'what fails, in plain words' }),
  next: z.string().optional().meta({ description: 'what helps' }),
  may_take_over: z.boolean().optional(),
  emergency: z
    .object({
      possible: z.boolean(),
      failing: z.string().optional(),
      says: z.string().optional().meta({ description: 'what is in the way, in plain words' }),
    })
    .optional()
    .meta({ description: 'while it waits: whether you could release it alone, to be reviewed' }),
})

/** What your key signs with a yes: the action digest, or after you signed it before one that says how often. */
const signs = z.object({
  digest,
  again: z.int().meta({ description: 'how often you signed this request before' }),
})

/** A recorded payload, or what became of it. */
const part = z.union([
  z.object({ state: z.literal('present'), value: json }),
  z.object({ state: z.literal('erased') }),
])

/** What a person asked the agent. The answer is the agent's claim, whatever it says. */
const question = z.object({
  id,
  asked_by: id,
  asked_at_ms: instantMs,
  text: part,
  answer: z.object({ text: part, at_ms: instantMs, provenance: z.literal('claimed') }).optional(),
})

/**
 * Everything a person needs to decide. `statement` is what a yes signs: its digest is `action_digest`, and it
 * holds the literal canonical arguments and targets. `package` holds the facts shown with it.
 */
export const approval = approvalSummary
  .extend({ statement: part, package: part, eligibility, signs, questions: z.array(question) })
  .meta({ id: 'Approval' })

export const decisionBody = z.strictObject({
  seen_digest: digest.meta({ description: 'the action_digest that was shown' }),
  assertion: assertion
    .optional()
    .meta({ description: 'over the 32 bytes of `signs.digest`; a yes from contain up needs it' }),
  reason: z.string().meta({ description: 'why, in a sentence' }),
  acknowledged: z.array(label).max(32).optional().meta({
    description: 'names of the consequences in the package; a yes of the owner needs all',
  }),
})

export const modifyBody = decisionBody.extend({
  arguments: jsonObject.meta({ description: 'what the agent is to call with instead' }),
})

const named = z.strictObject({ id, seen_digest: digest })

/** Either every member is decided or none is (`group_refused` names those in the way). */
export const groupBody = z.strictObject({
  verdict: z.enum(['approve', 'deny']),
  members: z.array(named),
  excluded: z.array(named).default([]),
  seen_digest: digest.meta({ description: 'digest of the group statement' }),
  assertion: assertion.optional().meta({ description: 'over the 32 bytes of seen_digest' }),
  reason: z.string(),
  acknowledged: z.array(label).max(32).optional(),
})

export const groupAnswer = z.object({
  group: id,
  digest,
  decided: z.array(
    z.object({
      outcome: z.string(),
      approval: approvalSummary,
      grant: id.optional(),
    }),
  ),
  receipts: z.array(receipt),
})

export const askBody = z.strictObject({ question: z.string() })

export const cancelBody = z.strictObject({
  reason: z.string().meta({ description: 'why, in a sentence' }),
})

export const decisionAnswer = z.object({
  outcome: z.enum([
    'released',
    'co-signed',
    'advised',
    'denied',
    'taken-over',
    'cancelled',
    'acknowledged',
    'modified',
    'asked',
    'escalated',
  ]),
  approval: approvalSummary,
  grant: id.optional(),
  failing: z.string().optional(),
  says: z.string().optional(),
  next: z.string().optional(),
  receipts: z.array(receipt),
})
