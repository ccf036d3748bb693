/** Putting an agent on the books. It starts proposed and in shadow: registering alone lets nothing run. */
import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { open } from '../api/client.ts'
import { peopleQuery } from '../api/queries.ts'
import { visible } from '../text/visible.ts'
import css from '../ui/rows.module.css'
import { Trouble } from '../ui/states.tsx'
import own from './agents.module.css'
import { type Draft, EMPTY, faultOf, grantsOf, publicKeyOf } from './registration.ts'

export function RegisterForm() {
  const [draft, setDraft] = useState<Draft>(EMPTY)
  const register = useRegister()
  const fault = faultOf(draft)
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (fault === undefined) register.mutate(draft)
  }
  if (register.data !== undefined) return <Registered {...register.data} />
  return (
    <form className={`${css.form} ${own.narrow}`} aria-label="Register an agent" onSubmit={submit}>
      <Names draft={draft} onSet={set} />
      <Textarea
        label="What it may call at the most, one grant a line"
        description="server/tool, or server/* for everything of a server; policy decides on each call"
        autosize
        minRows={2}
        value={draft.grants}
        onChange={(event) => set({ grants: event.currentTarget.value })}
      />
      <Textarea
        label="Its public key, as a JWK"
        description="countersign agent key new FILE makes a pair; paste FILE.pub. The private half stays where it is."
        autosize
        minRows={3}
        value={draft.key}
        onChange={(event) => set({ key: event.currentTarget.value })}
      />
      <TextInput
        label="Why, for whoever confirms it"
        value={draft.reason}
        onChange={(event) => set({ reason: event.currentTarget.value })}
      />
      {fault !== undefined && <p className={css.soft}>{fault}</p>}
      <div className={css.buttons}>
        <Button type="submit" disabled={fault !== undefined} loading={register.isPending}>
          Register
        </Button>
      </div>
      {register.isError && (
        <Trouble error={register.error} forbidden="Your role does not register agents." />
      )}
    </form>
  )
}

type NamesProps = {
  readonly draft: Draft
  readonly onSet: (change: Partial<Draft>) => void
}

function Names({ draft, onSet }: NamesProps) {
  const people = useQuery(peopleQuery).data ?? []
  return (
    <>
      <TextInput
        label="Name"
        description="1 to 40 of a-z, 0-9 and -"
        value={draft.name}
        onChange={(event) => onSet({ name: event.currentTarget.value })}
      />
      <TextInput
        label="Identity of the workload"
        description="the subject of its JWT, for example spiffe://soc.example/triage"
        value={draft.subject}
        onChange={(event) => onSet({ subject: event.currentTarget.value })}
      />
      <NativeSelect
        label="Who answers for it"
        value={draft.owner}
        onChange={(event) => onSet({ owner: event.currentTarget.value })}
      >
        <option value="">somebody…</option>
        {people
          .filter(({ state }) => state === 'active')
          .map(({ id, name }) => (
            <option key={id} value={id}>
              {visible(name)}
            </option>
          ))}
      </NativeSelect>
    </>
  )
}

type Made = { readonly keyId?: string }

function Registered({ keyId }: Made) {
  return (
    <p role="status">
      {keyId === undefined ? (
        <>
          It waits for a second person, under <Link to="/changes">Changes</Link>.
        </>
      ) : (
        <>
          It is on the books, proposed and in shadow. Its JWTs name the key <code>{keyId}</code>.
        </>
      )}
    </p>
  )
}

function useRegister() {
  const client = useQueryClient()
  return useMutation({
    /** Without a key id it waits for somebody now. */
    mutationFn: async ({ name, subject, owner, grants, key, reason }: Draft): Promise<Made> => {
      const answer = await open('/api/v1/agents', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'countersign-propose': encodeURIComponent(reason),
        },
        body: JSON.stringify({
          ...{ name, subject, owner },
          grants: grantsOf(grants),
          key: publicKeyOf(key),
        }),
      })
      if (answer.status === 202) return {}
      return { keyId: ((await answer.json()) as { readonly key_id: string }).key_id }
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['agent'] }),
  })
}
