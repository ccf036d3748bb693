/** One agent: who answers for it, its mode and reach; opened, its sessions, what it touched, and its switch. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNames } from '../api/names.ts'
import { meQuery } from '../api/queries.ts'
import type { Agent } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Icon } from '../ui/icon.tsx'
import css from '../ui/rows.module.css'
import type { Tone } from '../ui/tone.ts'
import { AgentMode } from './agent-mode.tsx'
import { AgentSwitch } from './agent-switch.tsx'
import own from './agents.module.css'
import { Posture } from './posture.tsx'
import { Retire } from './retire.tsx'
import { Touched } from './touched.tsx'

const STATE: Readonly<Record<Agent['state'], Tone>> = {
  active: 'good',
  suspended: 'danger',
  proposed: 'warn',
  retired: 'plain',
}
/** What a mode lets an agent do, in the words of a practitioner. */
const MODE: Readonly<Record<Agent['mode'], string>> = {
  shadow: 'shadow: nothing it does takes effect',
  advisory: 'advisory: reads and recommends',
  supervised: 'supervised: people decide on its writes',
  delegated: 'delegated: writes alone within its classes',
}

export function AgentRow({ agent }: { readonly agent: Agent }) {
  const [isOpen, setOpen] = useState(false)
  const names = useNames()
  return (
    <li className={css.entry}>
      <button
        type="button"
        className={css.row}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <strong>{visible(agent.name)}</strong>
        <Chip tone={STATE[agent.state]}>{agent.state}</Chip>
        <Chip>{agent.mode}</Chip>
        <span className={css.soft}>answered for by {visible(names.person(agent.owner))}</span>
        <span className={css.turn}>
          <Icon name="next" size={14} />
        </span>
      </button>
      {isOpen && <Detail agent={agent} />}
    </li>
  )
}

function Detail({ agent }: { readonly agent: Agent }) {
  const me = useQuery(meQuery).data
  const verb = agent.state === 'active' ? 'agent.suspend' : 'agent.activate'
  return (
    <div className={`${css.detail} ${css.start}`}>
      <p>{MODE[agent.mode]}</p>
      <dl className={css.facts}>
        <dt>Identity</dt>
        <dd>
          <code>{visible(agent.subject)}</code>
        </dd>
        <dt>May call</dt>
        <dd>
          {agent.grants.length === 0
            ? 'nothing'
            : agent.grants.map((grant) => (
                <code key={grant} className={own.grant}>
                  {visible(grant)}
                </code>
              ))}
        </dd>
      </dl>
      <Posture agent={agent.id} />
      <Touched agent={agent.id} />
      {me?.permissions.includes(verb) === true ? (
        <AgentSwitch agent={agent} />
      ) : (
        agent.state !== 'retired' && (
          <p className={css.soft}>Your role does not switch agents; the stop at the top does.</p>
        )
      )}
      {me?.permissions.includes('agent.change') === true && agent.state !== 'retired' && (
        <AgentMode agent={agent} />
      )}
      {me?.permissions.includes('agent.retire') === true && agent.state !== 'retired' && (
        <Retire agent={agent} />
      )}
    </div>
  )
}
