/** What people asked the agent, and what it claims in return. */
import { useNames } from '../api/names.ts'
import type { Approval } from '../api/wire.ts'
import { Chip } from '../ui/chip.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Panel } from '../ui/panel.tsx'
import { Age } from '../ui/when.tsx'
import css from './questions.module.css'

type Question = NonNullable<Approval['questions']>[number]

export function Questions({ questions }: { readonly questions: readonly Question[] | undefined }) {
  const names = useNames()
  if (questions === undefined || questions.length === 0) return null
  return (
    <Panel title="Questions">
      <ul className={css.list}>
        {questions.map(({ id, asked_by: by, asked_at_ms: at, text, answer }) => (
          <li key={id} className={css.item}>
            <p>
              <strong>{names.person(by)}</strong>: <PartText part={text} />{' '}
              <span className={css.age}>
                <Age atMs={at} /> ago
              </span>
            </p>
            {answer === undefined ? (
              <p className={css.age}>no answer yet</p>
            ) : (
              <p className={css.answer}>
                <Chip tone="claim">the agent claims</Chip> <PartText part={answer.text} />
              </p>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function PartText({ part }: { readonly part: Question['text'] }) {
  if (part.state === 'erased') return <>erased</>
  return <Foreign text={typeof part.value === 'string' ? part.value : JSON.stringify(part.value)} />
}
