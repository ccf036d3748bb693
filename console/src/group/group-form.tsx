/** The reason, what it may set off, and the one signature over the list. */
import { Button, Checkbox } from '@mantine/core'
import { useState } from 'react'
import { BlockerList } from '../approvals/blocker-list.tsx'
import { needsPasskey } from '../approvals/blockers.ts'
import { ReasonField } from '../approvals/reason-field.tsx'
import { useActiveKeys } from '../approvals/use-active-keys.ts'
import { VerbForm } from '../approvals/verb-form.tsx'
import { useLine } from '../live/use-line.ts'
import { Trouble } from '../ui/states.tsx'
import type { Seen } from './bind-group.ts'
import { useGroupDecision } from './use-group.ts'

export function GroupForm({
  members,
  excluded,
  isSound,
}: {
  readonly members: readonly Seen[]
  readonly excluded: readonly Seen[]
  readonly isSound: boolean
}) {
  const { isLive } = useLine()
  const keys = useActiveKeys()
  const decide = useGroupDecision(members, excluded)
  const [reason, setReason] = useState('')
  const [hasRead, setRead] = useState(false)
  const isSigned = members.some(({ shown }) => needsPasskey(shown))
  const acknowledged = namesOf(members)
  const isOpen = members.every(({ request }) => request.state === 'pending')
  const blockers = [
    ...(isLive ? [] : ['The connection is down: what you see may be old.']),
    ...(isSound ? [] : ['The digests are not, or not yet, those of what is shown.']),
    ...(isOpen ? [] : ['One of them is decided already.']),
    ...(isSigned && keys?.length === 0
      ? ['This needs a passkey, and you have none that somebody vouched for.']
      : []),
  ]
  const hasReason = reason.trim() !== ''
  const mayApprove = blockers.length === 0 && hasReason && (acknowledged.length === 0 || hasRead)
  const send = (verdict: 'approve' | 'deny') =>
    decide.mutate({ verdict, reason, acknowledged, passkeys: isSigned ? keys : undefined })
  return (
    <>
      <VerbForm
        act={isSigned ? `Sign all ${members.length} with passkey` : `Approve all ${members.length}`}
        isReady={mayApprove}
        isBusy={decide.isPending}
        beside={
          <Button
            variant="default"
            disabled={!isOpen || !hasReason || decide.isPending}
            onClick={() => send('deny')}
          >
            Deny all
          </Button>
        }
        onSend={() => send('approve')}
      >
        <ReasonField
          label="One reason for all of them"
          description="It stays with every decision for good, and the agents are told."
          value={reason}
          onWrite={setReason}
          takesFocus={false}
        />
        {acknowledged.length > 0 && (
          <Checkbox
            checked={hasRead}
            onChange={(event) => setRead(event.currentTarget.checked)}
            label="I have read what each of them may set off"
          />
        )}
        <BlockerList blockers={blockers} />
      </VerbForm>
      {decide.isError && <Trouble error={decide.error} />}
    </>
  )
}

function namesOf(members: readonly Seen[]): readonly string[] {
  const names = members.flatMap(({ shown }) => shown.consequences.map(({ name }) => name))
  return [...new Set(names)]
}
