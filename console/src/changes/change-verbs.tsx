/** Being the second person, where the reader is one; otherwise why they are not. No button has the focus by itself. */
import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { ShownChange } from '../api/wire.ts'
import { useActiveKeys } from '../approvals/use-active-keys.ts'
import { useLine } from '../live/use-line.ts'
import { Digest } from '../ui/digest.tsx'
import { Icon } from '../ui/icon.tsx'
import { Panel } from '../ui/panel.tsx'
import css from '../ui/rows.module.css'
import { Trouble } from '../ui/states.tsx'
import { isWhatIsProposed, useConfirm, useVerdict } from './use-changes.ts'

const PARTS: Readonly<Record<ShownChange['your_part'], string>> = {
  second: 'You are the second person. Your passkey signs exactly what stands above.',
  proposer: 'You proposed it; somebody else confirms it.',
  subject: 'It is about you; somebody else confirms it.',
  not_entitled: 'Your roles do not make this change, so you cannot be its second person.',
}

export function ChangeVerbs({ change }: { readonly change: ShownChange }) {
  const { state, your_part: part } = change
  const keys = useActiveKeys()
  const confirm = useConfirm(change, keys ?? [])
  const token = confirm.data?.token
  if (token !== undefined) return <Token token={token} />
  if (state !== 'proposed' && state !== 'alone') return null
  const mayConfirm = state === 'proposed' && part === 'second'
  const mayRefuse = state === 'proposed' && part !== 'not_entitled'
  return (
    <Panel title="The second person">
      <div className={`${css.detail} ${css.start}`}>
        <p>{state === 'alone' && part === 'second' ? REVIEW : PARTS[part]}</p>
        {mayConfirm && <Confirm change={change} confirm={confirm} hasKey={keys?.length !== 0} />}
        {mayRefuse && <Refuse change={change} isOwn={part === 'proposer'} />}
        {state === 'alone' && part === 'second' && <Review change={change} />}
        {confirm.isError && (
          <Trouble error={confirm.error} forbidden="You may not confirm this change." />
        )}
      </div>
    </Panel>
  )
}

const REVIEW = 'It was made in an emergency. Say what you think of it; an objection undoes nothing.'

function Confirm({
  change,
  confirm,
  hasKey,
}: {
  readonly change: ShownChange
  readonly confirm: ReturnType<typeof useConfirm>
  readonly hasKey: boolean
}) {
  const { isLive } = useLine()
  const seen = useQuery({
    queryKey: ['seen-change', change.digest, change.content],
    queryFn: () => isWhatIsProposed(change),
  }).data
  return (
    <>
      {seen === false && (
        <p className={css.warn}>
          <Icon name="warn" /> What is shown does not have the digest that would be signed.
        </p>
      )}
      {!hasKey && (
        <p className={css.warn}>
          You have no passkey somebody vouched for; enrol one under People.
        </p>
      )}
      {!isLive && <p className={css.warn}>The connection is down: what you see may be old.</p>}
      <Button
        leftSection={<Icon name="key" />}
        disabled={seen !== true || !hasKey || !isLive}
        loading={confirm.isPending}
        onClick={() => confirm.mutate()}
      >
        Confirm with passkey
      </Button>
    </>
  )
}

function Refuse({ change, isOwn }: { readonly change: ShownChange; readonly isOwn: boolean }) {
  const [reason, setReason] = useState<string>()
  const verdict = useVerdict(change.id)
  const word = isOwn ? 'Take it back' : 'Refuse'
  if (reason === undefined)
    return (
      <Button variant="default" onClick={() => setReason('')}>
        {word}
      </Button>
    )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reason.trim() !== '') verdict.mutate({ verb: 'reject', reason })
  }
  return (
    <form className={css.form} onSubmit={submit}>
      <TextInput
        label="Why not"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <div className={css.buttons}>
        <Button
          type="submit"
          color="red"
          disabled={reason.trim() === ''}
          loading={verdict.isPending}
        >
          {word}
        </Button>
      </div>
      {verdict.isError && <Trouble error={verdict.error} forbidden="You may not refuse it." />}
    </form>
  )
}

function Review({ change }: { readonly change: ShownChange }) {
  const [reason, setReason] = useState('')
  const verdict = useVerdict(change.id)
  const say = (word: 'upheld' | 'objected') =>
    verdict.mutate({ verb: 'review', verdict: word, reason })
  const isOff = reason.trim() === '' || verdict.isPending
  return (
    <div className={css.form}>
      <TextInput
        label="What you think of it"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <div className={css.buttons}>
        <Button variant="default" disabled={isOff} onClick={() => say('objected')}>
          Object
        </Button>
        <Button disabled={isOff} onClick={() => say('upheld')}>
          It was right
        </Button>
      </div>
      {verdict.isError && <Trouble error={verdict.error} forbidden="You may not review it." />}
    </div>
  )
}

function Token({ token }: { readonly token: string }) {
  return (
    <Panel title="Their API token, shown this once">
      <p className={css.soft}>Hand it to them yourself, then leave this page.</p>
      <p>
        <code>{token}</code> <Digest value={token} label="the token" />
      </p>
    </Panel>
  )
}
