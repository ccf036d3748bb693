/** Retiring an agent, which is final: what ends with it and what stays is said before, in numbers of now. */
import { Button, TextInput } from '@mantine/core'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { get, send } from '../api/client.ts'
import type { Agent, UnderWay } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import css from '../ui/rows.module.css'
import { Loading, Trouble } from '../ui/states.tsx'

/** Its sessions, calls and approvals are what it counts. */
const underWayQuery = (id: string) =>
  queryOptions({
    queryKey: ['task call approval agent', 'under-way', id],
    queryFn: ({ signal }) => get<UnderWay>(`/api/v1/agents/${id}/under-way`, signal),
  })

export function Retire({ agent }: { readonly agent: Agent }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button
        variant="default"
        aria-expanded={isOpen}
        aria-label={`Retire ${visible(agent.name)}…`}
        onClick={() => setOpen(!isOpen)}
      >
        Retire…
      </Button>
      {isOpen && <RetireForm agent={agent} />}
    </>
  )
}

function RetireForm({ agent }: { readonly agent: Agent }) {
  const client = useQueryClient()
  const found = useQuery(underWayQuery(agent.id))
  const [typed, setTyped] = useState('')
  const retire = useMutation({
    mutationFn: () => send('POST', `/api/v1/agents/${agent.id}/retire`),
    onSettled: () => client.invalidateQueries({ queryKey: ['agent'] }),
  })
  if (found.isPending) return <Loading rows={3} label="Loading what ends with it" />
  if (found.isError) return <Trouble error={found.error} onRetry={() => void found.refetch()} />
  const isMeant = typed.trim() === agent.name
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isMeant) retire.mutate()
  }
  return (
    <form className={`${css.form} ${css.start}`} onSubmit={submit}>
      <p>
        It is final: it never runs again, and nobody else gets its name, its identity or its keys.
      </p>
      <ul aria-label="What happens with it" className={css.marked}>
        {endsOf(found.data).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <TextInput
        label={`Type ${visible(agent.name)} to retire it`}
        value={typed}
        autoComplete="off"
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button type="submit" color="red" disabled={!isMeant} loading={retire.isPending}>
        Retire for good
      </Button>
      {retire.isError && (
        <Trouble error={retire.error} forbidden="Your role does not retire agents." />
      )}
    </form>
  )
}

/** Only what there is. */
function endsOf(under: UnderWay): readonly string[] {
  const { sessions, requests, approvals, plans, leases, containments } = under
  const lines: readonly (readonly [count: number, what: string, then: string])[] = [
    [sessions, 'open session', 'every token of it is refused from now on'],
    [requests, 'request to people', 'cancelled'],
    [approvals, 'approval not used yet', 'void'],
    [plans, 'plan at work', 'no further step runs; what was done stays done'],
    [leases, 'lease', 'revoked; a call that is out is cut off and looked for'],
    [containments, 'containment in force', 'stays until its end, for people to take back'],
  ]
  const found = lines.filter(([count]) => count > 0)
  if (found.length === 0) return ['Nothing of it is under way.']
  return found.map(([count, what, then]) => `${counted(count, what)}: ${then}.`)
}

/** `3 plans at work`: the first word takes the ending. */
function counted(count: number, what: string): string {
  return `${count} ${count === 1 ? what : what.replace(/^(open session|\w+)/, '$1s')}`
}
