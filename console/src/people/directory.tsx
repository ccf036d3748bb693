/** Everybody on record with their roles; opened, a person shows their certificates and keys. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { allPasskeysQuery, peopleQuery } from '../api/queries.ts'
import type { Me, Passkey, Person } from '../api/wire.ts'
import { plainWords } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Icon } from '../ui/icon.tsx'
import { Panel } from '../ui/panel.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import css from './people.module.css'
import { PersonDetail } from './person-detail.tsx'

export function Directory({ me }: { readonly me: Me }) {
  const people = useQuery(peopleQuery)
  const keys = useQuery(allPasskeysQuery).data
  const sorted = (people.data ?? []).toSorted((a, b) => a.name.localeCompare(b.name))
  return (
    <Panel title="Everybody">
      {people.isPending && <Loading label="Loading the people" />}
      {people.isError && <Trouble error={people.error} onRetry={() => void people.refetch()} />}
      {people.data?.length === 0 && <Nothing icon="people" title="Nobody is on record." />}
      <ul>
        {sorted.map((person) => (
          <Row
            key={person.id}
            person={person}
            keys={keys?.filter((passkey) => passkey.person === person.id)}
            mayRevoke={person.id === me.id || me.permissions.includes('passkey.revoke')}
          />
        ))}
      </ul>
    </Panel>
  )
}

function Row({
  person,
  keys,
  mayRevoke,
}: {
  readonly person: Person
  readonly keys: readonly Passkey[] | undefined
  readonly mayRevoke: boolean
}) {
  const [isOpen, setOpen] = useState(false)
  const isSigner = keys?.some(({ state }) => state === 'active') === true
  return (
    <li className={css.entry}>
      <button
        type="button"
        className={css.person}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <strong>{visible(person.name)}</strong>
        <span className={css.soft}>{visible(person.email)}</span>
        {person.roles.map((role) => (
          <Chip key={role}>{plainWords(role)}</Chip>
        ))}
        {person.state === 'suspended' && (
          <Chip tone="danger" icon="stop">
            suspended
          </Chip>
        )}
        {keys !== undefined && !isSigner && (
          <Chip tone="warn" icon="key">
            cannot sign
          </Chip>
        )}
        <span className={css.turn}>
          <Icon name="next" size={14} />
        </span>
      </button>
      {isOpen && <PersonDetail person={person.id} keys={keys ?? []} mayRevoke={mayRevoke} />}
    </li>
  )
}
