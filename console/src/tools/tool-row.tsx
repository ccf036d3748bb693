/** One tool: whether agents can call it, how bad it can get, and what stands against it. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toolDiffQuery } from '../api/queries.ts'
import type { Me, Tool } from '../api/wire.ts'
import { effectTone, plainWords } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Folded } from '../ui/panel.tsx'
import css from '../ui/rows.module.css'
import { ScrollText } from '../ui/scroll-text.tsx'
import { Loading, Trouble } from '../ui/states.tsx'
import type { Tone } from '../ui/tone.ts'
import { When } from '../ui/when.tsx'
import { DefinitionDiff } from './definition-diff.tsx'
import { ReviewForm } from './review-form.tsx'

const STATUS: Readonly<Record<Tool['status'], Tone>> = {
  quarantined: 'warn',
  approved: 'good',
  suspended: 'danger',
}

export function ToolRow({ tool, me }: { readonly tool: Tool; readonly me: Me }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <li className={css.entry}>
      <button
        type="button"
        className={css.row}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <strong>{visible(tool.exposed_name)}</strong>
        <Chip tone={STATUS[tool.status]}>{tool.status}</Chip>
        {tool.effect !== undefined && <Chip tone={effectTone(tool.effect)}>{tool.effect}</Chip>}
        {tool.kind !== 'tool' && <Chip>{tool.kind}</Chip>}
        <Undo tool={tool} />
        {tool.findings.map((finding) => (
          <Chip key={finding} tone="warn" icon="warn">
            {plainWords(visible(finding))}
          </Chip>
        ))}
      </button>
      {isOpen && <Detail tool={tool} mayReview={me.permissions.includes('tool.review')} />}
    </li>
  )
}

function Undo({ tool }: { readonly tool: Tool }) {
  if (!tool.has_inverse) return null
  const at = tool.inverse_exercised_at_ms
  if (at === undefined)
    return (
      <Chip icon="undo" tone="warn">
        undo never exercised
      </Chip>
    )
  return (
    <Chip icon="undo" tone="good">
      undo seen <When atMs={at} />
    </Chip>
  )
}

function Detail({ tool, mayReview }: { readonly tool: Tool; readonly mayReview: boolean }) {
  const diff = useQuery(toolDiffQuery(tool))
  if (diff.isPending) return <Loading label="Loading the definition" />
  if (diff.isError) return <Trouble error={diff.error} />
  const { current, reviewed, entry } = diff.data
  return (
    <div className={css.detail}>
      <DefinitionDiff current={current} reviewed={reviewed} />
      {entry !== undefined && (
        <Folded title="The entry in force">
          <ScrollText label="Entry" text={JSON.stringify(entry, undefined, 2)} cutAt={4_000} />
        </Folded>
      )}
      {mayReview ? (
        <ReviewForm tool={diff.data.tool} />
      ) : (
        <p className={css.soft}>Platform engineers review tools.</p>
      )}
    </div>
  )
}
