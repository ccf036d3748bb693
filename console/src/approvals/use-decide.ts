/** Sending a decision with the digest that was seen. Whatever the gateway answers, the request is read again. */
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { send } from '../api/client.ts'
import type { Approval, DecisionAnswer, Passkey } from '../api/wire.ts'
import { countersign } from '../passkey/countersign.ts'
import { failingText } from './words.ts'

export type Verb = 'approve' | 'deny' | 'take-over' | 'acknowledge' | 'emergency-release'

export type Deciding = {
  readonly verb: Verb
  readonly reason: string
  /** Names of the consequences the person acknowledged. */
  readonly acknowledged?: readonly string[]
  /** Keys one of which signs the digest that was seen. */
  readonly passkeys?: readonly Passkey[]
}

export function useDecide(request: Approval) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ verb, reason, acknowledged, passkeys }: Deciding) => {
      const signed =
        passkeys === undefined
          ? {}
          : { assertion: await countersign(request.action_digest, passkeys) }
      return send<DecisionAnswer>('POST', `/api/v1/approvals/${request.id}/${verb}`, {
        seen_digest: request.action_digest,
        reason,
        ...signed,
        ...(acknowledged === undefined ? {} : { acknowledged }),
      })
    },
    onSuccess: (answer, { verb }) => {
      const words = verb === 'emergency-release' ? RELEASED_ALONE : said(answer)
      notifications.show({ ...words, autoClose: 8_000 })
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['approval'] }),
  })
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
    case 'cancelled':
      return { title: 'Cancelled', message: 'The request is closed.', color: 'gray' }
    default:
      return { title: 'Done', message: outcome, color: 'gray' }
  }
}
