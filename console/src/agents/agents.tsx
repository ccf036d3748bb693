/** Which agents there are, what each may do, what it works on, and halting one. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { agentsQuery, meQuery } from '../api/queries.ts'
import type { Agent } from '../api/wire.ts'
import { Panel } from '../ui/panel.tsx'
import css from '../ui/rows.module.css'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { AgentRow } from './agent-row.tsx'
import { RegisterForm } from './register.tsx'

export function Agents() {
  const agents = useQuery(agentsQuery)
  const me = useQuery(meQuery).data
  const [isRegistering, setRegistering] = useState(false)
  if (agents.isPending) return <Loading rows={8} label="Loading the agents" />
  if (agents.isError) return <Trouble error={agents.error} onRetry={() => void agents.refetch()} />
  const sorted = agents.data.toSorted(runningFirst)
  return (
    <div className={css.page}>
      <div className={css.head}>
        <h1>Agents</h1>
        {me?.permissions.includes('agent.register') === true && (
          <Button
            variant="default"
            aria-expanded={isRegistering}
            onClick={() => setRegistering(!isRegistering)}
          >
            Register an agent…
          </Button>
        )}
      </div>
      {isRegistering && (
        <Panel title="Register an agent">
          <RegisterForm />
        </Panel>
      )}
      <Panel title={`Inventory: ${sorted.length}`}>
        {sorted.length === 0 && (
          <Nothing icon="agents" title="No agent is registered.">
            <code>countersign agent register</code> puts one on record.
          </Nothing>
        )}
        <ul>
          {sorted.map((agent) => (
            <AgentRow key={agent.id} agent={agent} />
          ))}
        </ul>
      </Panel>
    </div>
  )
}

const ORDER: readonly Agent['state'][] = ['active', 'suspended', 'proposed', 'retired']

function runningFirst(a: Agent, b: Agent): number {
  return ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name)
}
