/** What an agent combines: what strangers wrote, what it can change, what reaches the outside; and each tool behind it. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { get } from '../api/client.ts'
import type { Posture as Report } from '../api/wire.ts'
import { effectRank, effectTone } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Folded } from '../ui/panel.tsx'
import css from '../ui/rows.module.css'
import { Loading, Trouble } from '../ui/states.tsx'

type Tool = Report['usable'][number]

/** Begins with `tool`: a review changes what may be used. */
const postureQuery = (agent: string) =>
  queryOptions({
    queryKey: ['tool', 'posture', agent],
    queryFn: ({ signal }) => get<Report>(`/api/v1/agents/${agent}/posture`, signal),
  })

export function Posture({ agent }: { readonly agent: string }) {
  const posture = useQuery(postureQuery(agent))
  const heading = useId()
  if (posture.isPending) return <Loading rows={2} label="Loading what it may use" />
  if (posture.isError) return <Trouble error={posture.error} />
  const { usable, blocked, idle, combined } = posture.data
  return (
    // Not a landmark: every agent has one.
    // biome-ignore lint/a11y/useSemanticElements: it is no set of fields
    <div aria-labelledby={heading} role="group" className={css.detail}>
      <h3 id={heading}>What it combines</h3>
      {usable.length === 0 && <p>Nothing it may use has been reviewed.</p>}
      <p>
        <Part name="reads what strangers wrote" tools={usable.filter((t) => t.reads_strangers)} />{' '}
        <Part name="can change something" tools={usable.filter((t) => t.changes)} />{' '}
        <Part name="reaches outside" tools={usable.filter((t) => t.reaches_outside)} />
      </p>
      {combined && (
        <p className={css.warn}>
          All three come together: a sentence somebody wrote can become an act or a leak. Once it
          has read strangers, whatever changes or leaves waits for people; fewer grants would rule
          it out.
        </p>
      )}
      <Folded title={`Tools it may use: ${usable.length}, on ${serversOf(usable)}`}>
        <ul>
          {usable.toSorted(worstFirst).map((tool) => (
            <li key={`${tool.upstream}/${tool.name}`}>
              <code>{visible(tool.exposed_name)}</code>{' '}
              <Chip tone={effectTone(tool.effect)}>{tool.effect}</Chip>
            </li>
          ))}
        </ul>
      </Folded>
      {blocked.length > 0 && (
        <p className={css.soft}>Granted, but blocked until reviewed: {listed(blocked)}.</p>
      )}
      {idle.length > 0 && (
        <p className={css.soft}>Granted, but no server offers it: {listed(idle)}.</p>
      )}
    </div>
  )
}

function Part({ name, tools }: { readonly name: string; readonly tools: readonly Tool[] }) {
  const [first, ...others] = tools
  if (first === undefined) return <Chip icon="deny">never {name}</Chip>
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return (
    <Chip icon="warn" tone="warn" title={`${visible(first.exposed_name)}${more}`}>
      {name}: {tools.length === 1 ? '1 tool' : `${tools.length} tools`}
    </Chip>
  )
}

function serversOf(tools: readonly Tool[]): string {
  const servers = new Set(tools.map(({ upstream }) => upstream))
  return servers.size === 1 ? '1 server' : `${servers.size} servers`
}

function worstFirst(a: Tool, b: Tool): number {
  return effectRank(b.effect) - effectRank(a.effect) || (a.exposed_name < b.exposed_name ? -1 : 1)
}

function listed(names: readonly string[]): string {
  return names.map(visible).join(', ')
}
