/** Which tools there are: what nobody has looked at first, then what agents may call. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { meQuery, toolsQuery } from '../api/queries.ts'
import type { Me, Tool } from '../api/wire.ts'
import { Panel } from '../ui/panel.tsx'
import css from '../ui/rows.module.css'
import { SearchField } from '../ui/search-field.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { ToolRow } from './tool-row.tsx'

const GROUPS = [
  { status: 'quarantined', title: 'In quarantine', none: 'Nothing is in quarantine.' },
  { status: 'approved', title: 'Reviewed', none: 'No tool has been reviewed.' },
  { status: 'suspended', title: 'Taken away', none: '' },
] as const

export function Tools() {
  const me = useQuery(meQuery).data
  const tools = useQuery(toolsQuery)
  const [text, setText] = useState('')
  if (me === undefined || tools.isPending) {
    return (
      <div className={css.page}>
        <h1>Tools</h1>
        <Loading rows={8} label="Loading the tools" />
      </div>
    )
  }
  if (tools.isError) return <Trouble error={tools.error} onRetry={() => void tools.refetch()} />
  const shown = tools.data.filter(({ exposed_name: name, effect = '' }) =>
    `${name} ${effect}`.toLowerCase().includes(text.toLowerCase()),
  )
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>Tools</h1>
        <SearchField label="Search the tools" hint="Name, effect" value={text} onChange={setText} />
      </header>
      {GROUPS.map((group) => (
        <Group
          key={group.status}
          {...group}
          tools={shown.filter(({ status }) => status === group.status)}
          me={me}
        />
      ))}
    </div>
  )
}

function Group({
  title,
  none,
  tools,
  me,
}: {
  readonly title: string
  readonly none: string
  readonly tools: readonly Tool[]
  readonly me: Me
}) {
  if (tools.length === 0 && none === '') return null
  return (
    <Panel title={tools.length === 0 ? title : `${title}: ${tools.length}`}>
      {tools.length === 0 && <Nothing icon="tools" title={none} />}
      <ul>
        {tools.map((tool) => (
          <ToolRow key={`${tool.kind} ${tool.exposed_name}`} tool={tool} me={me} />
        ))}
      </ul>
    </Panel>
  )
}
