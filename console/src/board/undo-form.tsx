/** Taking a containment back: the very call that would be made, whether you may, and the reason that stays. */
import { Button, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { send } from '../api/client.ts'
import { undoQuery } from '../api/queries.ts'
import { failingText } from '../approvals/words.ts'
import { Foreign } from '../ui/foreign.tsx'
import { Loading, Trouble } from '../ui/states.tsx'
import css from './board.module.css'

export function UndoForm({
  call,
  onClose,
}: {
  readonly call: string
  readonly onClose: () => void
}) {
  const client = useQueryClient()
  const shown = useQuery(undoQuery(call))
  const [reason, setReason] = useState('')
  const undo = useMutation({
    mutationFn: (digest: string) =>
      send('POST', `/api/v1/calls/${call}/undo`, { seen_digest: digest, reason }),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ['call'] }),
  })
  if (shown.isPending) return <Loading rows={2} label="Loading the undo" />
  if (shown.isError) return <Trouble error={shown.error} />
  const { undo: inverse, digest, may_lift: mayLift, failing } = shown.data
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (mayLift && reason.trim() !== '') undo.mutate(digest)
  }
  return (
    <form className={css.undoForm} onSubmit={submit}>
      <p>
        It calls <code>{inverse.tool}</code> with{' '}
        <code>
          <Foreign text={JSON.stringify(inverse.arguments)} />
        </code>
      </p>
      {mayLift ? (
        <>
          <TextInput
            label="Why it is taken back"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button type="submit" disabled={reason.trim() === ''} loading={undo.isPending}>
            Take it back
          </Button>
        </>
      ) : (
        <p className={css.soft}>{failingText(failing)}</p>
      )}
      {undo.isError && <Trouble error={undo.error} forbidden="You may not take this back." />}
    </form>
  )
}
