/** The chain that one yes is about: each step, exactly what it lets through, and where the plan stands. */
import { useQuery } from '@tanstack/react-query'
import { planQuery } from '../api/queries.ts'
import { Chip } from '../ui/chip.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Panel } from '../ui/panel.tsx'
import { Loading, Trouble } from '../ui/states.tsx'
import type { Tone } from '../ui/tone.ts'
import { When } from '../ui/when.tsx'
import { type PlanStep, type StepState, stepsOf } from './plan-progress.ts'
import css from './plan-steps.module.css'
import { actionText, effectTone, plainWords } from './words.ts'

const MARKS: Readonly<Record<StepState, readonly [IconName, Tone, string]>> = {
  done: ['good', 'good', 'done'],
  now: ['clock', 'accent', 'may run now'],
  next: ['info', 'plain', 'to come'],
  failed: ['warn', 'danger', 'did not take effect'],
}

export function PlanSteps({ id }: { readonly id: string }) {
  const plan = useQuery(planQuery(id))
  if (plan.isPending) return <Loading rows={4} label="Loading the plan" />
  if (plan.isError) return <Trouble error={plan.error} onRetry={() => void plan.refetch()} />
  const steps = stepsOf(plan.data)
  const { status, calls, reason, deadline_ms: deadlineMs } = plan.data
  return (
    <Panel
      title="The plan, step by step"
      note={`${plainWords(status)}, ${calls === 1 ? '1 call' : `${calls} calls`} made`}
    >
      {steps === undefined && <p>This console cannot show the steps. Nobody approves unseen.</p>}
      <ol className={css.steps}>
        {steps?.map((step, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place of a step is its name
          <Step key={at} step={step} at={at} />
        ))}
      </ol>
      <p className={css.end}>
        {reason === undefined
          ? 'It releases nothing after '
          : `Ended: ${plainWords(reason)}. It would have held until `}
        <When atMs={deadlineMs} />.
      </p>
    </Panel>
  )
}

function Step({ step, at }: { readonly step: PlanStep; readonly at: number }) {
  const [icon, tone, words] = MARKS[step.state]
  return (
    <li
      className={css.step}
      data-state={step.state}
      aria-current={step.state === 'now' ? 'step' : undefined}
    >
      <span className={css.mark}>
        <Icon name={icon} size={14} />
      </span>
      <div className={css.what}>
        <p className={css.head}>
          <strong>
            {at + 1}. {actionText(step.action)}
          </strong>{' '}
          <code>
            <Foreign text={step.tool} cutAt={80} />
          </code>{' '}
          <Chip tone={effectTone(step.effect)}>{step.effect}</Chip>{' '}
          {step.reversibility === 'irreversible' && <Chip tone="danger">cannot be undone</Chip>}{' '}
          <Chip tone={tone}>{words}</Chip>
        </p>
        <ul className={css.lets}>
          {step.lets.map(({ name, text }) => (
            <li key={name}>
              <Foreign text={name} cutAt={60} />: <Foreign text={text} cutAt={300} />
            </li>
          ))}
          {step.times > 1 && (
            <li>
              {step.made} of at most {step.times} times
            </li>
          )}
        </ul>
      </div>
    </li>
  )
}
