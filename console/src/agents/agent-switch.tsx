/** The switch of one agent. Where a second person has to confirm, it asks for the reason they will read. */
import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { Problem } from '../api/problem.ts'
import type { Agent } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import { Icon } from '../ui/icon.tsx'
import css from '../ui/rows.module.css'
import { Trouble } from '../ui/states.tsx'
import own from './agents.module.css'
import { useAgentState } from './use-agent-state.ts'

export function AgentSwitch({ agent }: { readonly agent: Agent }) {
  const change = useAgentState()
  const [reason, setReason] = useState('')
  const { id, state } = agent
  if (state === 'retired') return null
  const verb = state === 'active' ? 'suspend' : 'activate'
  const needsSecond =
    change.error instanceof Problem && change.error.code === 'second_person_needed'
  const propose = (event: FormEvent) => {
    event.preventDefault()
    if (reason.trim() !== '') change.mutate({ id, verb, proposal: reason })
  }
  return (
    <div className={own.switch}>
      {change.data?.isProposed === true ? (
        <p>
          <Icon name="person" size={14} /> It waits for a second person.
        </p>
      ) : needsSecond ? (
        <form className={`${css.form} ${css.start}`} onSubmit={propose}>
          <TextInput
            label="A second person confirms this. Tell them why"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button type="submit" disabled={reason.trim() === ''} loading={change.isPending}>
            Propose
          </Button>
        </form>
      ) : (
        <Button
          variant={verb === 'suspend' ? 'light' : 'default'}
          color={verb === 'suspend' ? 'red' : 'teal'}
          loading={change.isPending}
          aria-label={`${WORDS[verb]} ${visible(agent.name)}`}
          onClick={() => change.mutate({ id, verb })}
        >
          {WORDS[verb]}
        </Button>
      )}
      {change.isError && !needsSecond && (
        <Trouble error={change.error} forbidden="Your role does not switch agents." />
      )}
    </div>
  )
}

const WORDS = { suspend: 'Suspend', activate: 'Let it run' } as const
