/** Which tools somebody's calls went to, and what they acted upon. Names come from tools and agents: text only. */
import type { RunningSession } from '../api/wire.ts'
import { actionText, effectStateText, effectTone, kindText } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Foreign } from '../ui/foreign.tsx'
import css from './board.module.css'

type Tool = RunningSession['tools'][number]
type Target = RunningSession['targets'][number]

/** Enough to see what somebody is about; the rest is one press away. */
const SHOWN = 4
const CUT_AT = 80

export function TouchedSoFar({
  tools,
  targets,
}: {
  readonly tools: readonly Tool[]
  readonly targets: readonly Target[]
}) {
  if (tools.length === 0) return <p className={css.soft}>Nothing touched yet.</p>
  const toolItems = tools.map((tool) => <ToolItem key={tool.tool} tool={tool} />)
  const targetItems = targets.map((target) => (
    <TargetItem key={`${target.kind}/${target.id}`} target={target} />
  ))
  const unseen = tools.slice(SHOWN).length + targets.slice(SHOWN).length
  return (
    <>
      <ul aria-label="Tools" className={css.touched}>
        {toolItems.slice(0, SHOWN)}
      </ul>
      {targets.length > 0 && (
        <ul aria-label="Acted upon" className={css.touched}>
          {targetItems.slice(0, SHOWN)}
        </ul>
      )}
      {unseen > 0 && (
        <details className={css.rest}>
          <summary>{unseen} more touched</summary>
          <ul className={css.touched}>
            {toolItems.slice(SHOWN)}
            {targetItems.slice(SHOWN)}
          </ul>
        </details>
      )}
    </>
  )
}

function ToolItem({ tool: { tool, effect, ran, waiting, refused } }: { readonly tool: Tool }) {
  const counts = [
    ran > 0 ? `${ran} ran` : '',
    waiting > 0 ? `${waiting} waiting` : '',
    refused > 0 ? `${refused} refused` : '',
  ]
  return (
    <li>
      <Chip tone={effectTone(effect)}>{visible(effect)}</Chip> <code>{visible(tool)}</code>{' '}
      <span className={css.soft}>{counts.filter(Boolean).join(', ')}</span>
    </li>
  )
}

function TargetItem({ target: { kind, id, action, state } }: { readonly target: Target }) {
  return (
    <li>
      {visible(kindText(kind))} <Foreign text={id} cutAt={CUT_AT} />{' '}
      <span className={css.soft}>
        {visible(actionText(action))}, {effectStateText(state)}
      </span>
    </li>
  )
}
