/** What the agent had in its head: its session, what it has read, what is missing. All from facts. */
import { Chip } from '../ui/chip.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Panel } from '../ui/panel.tsx'
import css from './context.module.css'
import type { Package } from './package.ts'
import { plainWords } from './words.ts'

export function Context({ shown }: { readonly shown: Package }) {
  return (
    <Panel title="Context">
      <dl className={css.list}>
        <Line name="Agent">
          <Foreign text={shown.agentName} cutAt={80} /> in mode {shown.agentMode}, session to{' '}
          {shown.purpose}
        </Line>
        <Line name="It has read">
          <Words words={shown.exposure} none="nothing that carries a label" />
        </Line>
        <Line name="By strangers">
          <Words words={shown.untrusted} none="nothing" tone="warn" />
        </Line>
        <Line name="Too old or missing">
          <Words words={shown.gaps} none="nothing" tone="warn" />
        </Line>
        {shown.deniedBefore > 0 && (
          <Line name="Denied before">{shown.deniedBefore} request(s) of this session</Line>
        )}
      </dl>
    </Panel>
  )
}

function Line({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div className={css.line}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Words({
  words,
  none,
  tone = 'plain',
}: {
  readonly words: readonly string[]
  readonly none: string
  readonly tone?: 'plain' | 'warn'
}) {
  if (words.length === 0) return <>{none}</>
  return (
    <span className={css.words}>
      {words.map((word) => (
        <Chip key={word} tone={tone}>
          {plainWords(word)}
        </Chip>
      ))}
    </span>
  )
}
