/** Sending a decision with the digest that was seen. Whatever the gateway answers, the request is read again. */

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { send } from '../api/client.ts'
import type { Approval, DecisionAnswer, Passkey } from '../api/wire.ts'
import { countersign } from '../passkey/countersign.ts'
import { tell } from '../ui/tell.ts'
import { failingText } from './words.ts'

export type Verb =
  | 'approve'
  | 'deny'
  | 'take-over'
  | 'acknowledge'
  | 'emergency-release'
  | 'modify'
  | 'escalate'
  | 'ask'
  | 'cancel'

export type Deciding = {
  readonly verb: Verb
  readonly reason: string
  /** Names of the consequences the person acknowledged. */
  readonly acknowledged?: readonly string[]
  /** Keys one of which signs the question that was seen. */
  readonly passkeys?: readonly Passkey[]
  /** With `modify`: what the agent is to call with instead. */
  readonly arguments?: unknown
}

export function useDecide(request: Approval) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (deciding: Deciding) =>
      send<DecisionAnswer>(
        'POST',
        `/api/v1/approvals/${request.id}/${deciding.verb}`,
        await bodyOf(request, deciding),
      ),
    onSuccess: (answer, { verb }) => {
      const words = verb === 'emergency-release' ? RELEASED_ALONE : said(answer)
      tell({ ...words, autoClose: 8_000 })
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['approval'] }),
  })
}

/** What each verb takes: a question and a cancellation are about no digest. */
async function bodyOf({ action_digest, signs }: Approval, deciding: Deciding): Promise<unknown> {
  const { verb, reason, acknowledged, passkeys, arguments: args } = deciding
  if (verb === 'ask') return { question: reason }
  if (verb === 'cancel') return { reason }
  return {
    seen_digest: action_digest,
    reason,
    ...(passkeys === undefined ? {} : { assertion: await countersign(signs.digest, passkeys) }),
    ...(acknowledged === undefined ? {} : { acknowledged }),
    ...(verb === 'modify' ? { arguments: args } : {}),
  }
}

const RELEASED_ALONE = {
  title: 'Released by you alone',
  message: 'The call may run once, within minutes. Two people look at it within a day.',
  color: 'yellow',
}

function said({ outcome, failing, says }: DecisionAnswer): {
  title: string
  message: string
  color: string
} {
  switch (outcome) {
    case 'released':
      return {
        title: 'Approved',
        message: 'The call may run once, exactly as shown.',
        color: 'teal',
      }
    case 'co-signed':
      return { title: 'Signed', message: 'One more signature is needed.', color: 'teal' }
    case 'advised':
      return {
        title: 'Recorded as advice',
        message: `Nothing was released. ${says ?? failingText(failing)}`,
        color: 'yellow',
      }
    case 'denied':
      return { title: 'Denied', message: 'The agent is told your reason.', color: 'gray' }
    case 'taken-over':
      return { title: 'It is yours', message: 'You own the decision now.', color: 'teal' }
    case 'acknowledged':
      return { title: 'You have it', message: 'Others see that you are on it.', color: 'teal' }
    case 'modified':
      return {
        title: 'Closed',
        message: 'The agent is told to ask again with your values.',
        color: 'gray',
      }
    case 'escalated':
      return {
        title: 'Escalated',
        message: 'The next role has to answer now, and was paged.',
        color: 'teal',
      }
    case 'asked':
      return { title: 'Asked', message: 'The agent is told; the clock goes on.', color: 'teal' }
    case 'cancelled':
      return { title: 'Cancelled', message: 'The request is closed.', color: 'gray' }
    default:
      return { title: 'Done', message: outcome, color: 'gray' }
  }
}
