/** One standing plan in force: what it lets through, on whose word, how long still; and its end. */
import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useNames } from '../api/names.ts'
import type { StandingPlan } from '../api/wire.ts'
import { actionText, effectTone, plainWords } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Trouble } from '../ui/states.tsx'
import { Left } from '../ui/when.tsx'
import css from './standing.module.css'
import { useRevokeStanding } from './use-standing.ts'

const HOUR_MS = 3_600_000

export function StandingItem({ plan }: { readonly plan: StandingPlan }) {
  const names = useNames()
  return (
    <li className={css.item}>
      <p>
        <strong>{actionText(plan.action)}</strong>{' '}
        <Chip tone={effectTone(plan.effect)}>{plan.effect}</Chip> in {plan.environments.join(', ')}
      </p>
      <p>
        targets <code>{visible(JSON.stringify(plan.targets))}</code>
      </p>
      <p>
        {plan.agents.map(names.agent).map(visible).join(', ')} · at most {plan.cap} targets in{' '}
        {plan.window_ms / HOUR_MS} h · {plan.sample_percent} of 100 looked at afterwards
      </p>
      <p>
        signed by {visible(names.person(plan.owner))} as {plainWords(plan.role)} · ends in{' '}
        <Left untilMs={plan.expires_at_ms} />
      </p>
      <Revoke id={plan.id} />
    </li>
  )
}

function Revoke({ id }: { readonly id: string }) {
  const [reason, setReason] = useState<string>()
  const revoke = useRevokeStanding(id)
  if (reason === undefined)
    return (
      <Button size="xs" variant="default" onClick={() => setReason('')}>
        Revoke
      </Button>
    )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    revoke.mutate(reason)
  }
  return (
    <form className={css.revoke} onSubmit={submit}>
      <TextInput
        label="Why it ends"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button type="submit" color="red" disabled={reason.trim() === ''} loading={revoke.isPending}>
        Revoke
      </Button>
      {revoke.isError && <Trouble error={revoke.error} />}
    </form>
  )
}
