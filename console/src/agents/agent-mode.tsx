/** Another mode for an agent. It is proposed with a reason where a second person has to confirm. */
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { open } from '../api/client.ts'
import type { Agent } from '../api/wire.ts'
import css from '../ui/rows.module.css'
import { Trouble } from '../ui/states.tsx'

const MODES: readonly Agent['mode'][] = ['shadow', 'advisory', 'supervised', 'delegated']

export function AgentMode({ agent }: { readonly agent: Agent }) {
  const [mode, setMode] = useState(agent.mode)
  const [reason, setReason] = useState('')
  const change = useMode(agent.id)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (mode !== agent.mode && reason.trim() !== '') change.mutate({ mode, reason })
  }
  if (change.data?.isProposed === true)
    return (
      <p role="status">
        The mode waits for a second person, under <Link to="/changes">Changes</Link>.
      </p>
    )
  return (
    <form className={`${css.form} ${css.start}`} onSubmit={submit}>
      <NativeSelect
        label="Mode"
        data={[...MODES]}
        value={mode}
        onChange={(event) => setMode(event.currentTarget.value as Agent['mode'])}
      />
      {mode !== agent.mode && (
        <>
          <TextInput
            label="Why"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button
            type="submit"
            variant="default"
            disabled={reason.trim() === ''}
            loading={change.isPending}
          >
            Change the mode
          </Button>
        </>
      )}
      {change.isError && (
        <Trouble error={change.error} forbidden="You may not change the mode of an agent." />
      )}
    </form>
  )
}

function useMode(id: string) {
  const client = useQueryClient()
  return useMutation({
    /** Answers whether it waits for somebody now. Where nobody else could confirm, it is made at once. */
    mutationFn: async ({ mode, reason }: { readonly mode: string; readonly reason: string }) => {
      const answer = await open(`/api/v1/agents/${id}/mode`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'countersign-propose': encodeURIComponent(reason),
        },
        body: JSON.stringify({ mode }),
      })
      return { isProposed: answer.status === 202 }
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['agent'] }),
  })
}
