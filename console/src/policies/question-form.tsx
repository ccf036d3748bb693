/** The facts a question to the policy rests on, each with a plain value to begin with. */
import { Checkbox, NativeSelect, TextInput } from '@mantine/core'
import { actionText } from '../approvals/words.ts'
import type { Policy } from './bundle.ts'
import css from './policies.module.css'
import { ENVIRONMENTS, MODES, type Question } from './question.ts'

const FLAGS = [
  ['isKnown', 'The target is in the inventory'],
  ['isFinal', 'Nothing takes it back'],
  ['isTainted', 'The agent has read what strangers wrote'],
] as const

type Props = {
  readonly policy: Policy
  readonly question: Question
  readonly onChange: (question: Question) => void
}

export function QuestionForm({ policy, question, onChange }: Props) {
  const set = (change: Partial<Question>) => onChange({ ...question, ...change })
  return (
    <div className={css.question}>
      <NativeSelect
        label="Action and effect"
        value={`${question.action}/${question.effect}`}
        onChange={(event) => {
          const [action = '', effect = ''] = event.currentTarget.value.split('/')
          set({ action, effect })
        }}
      >
        {leaves(policy, question).map(([action, effect]) => (
          <option key={`${action}/${effect}`} value={`${action}/${effect}`}>
            {actionText(action)} ({effect})
          </option>
        ))}
      </NativeSelect>
      <TextInput
        label="Target"
        value={question.target}
        onChange={(event) => set({ target: event.currentTarget.value })}
      />
      <NativeSelect
        label="Environment"
        data={ENVIRONMENTS}
        value={question.environment}
        onChange={(event) => set({ environment: event.currentTarget.value })}
      />
      <Count
        label="Criticality, 0 to 5"
        max={5}
        min={0}
        value={question.criticality}
        onSet={(criticality) => set({ criticality })}
      />
      <Count
        label="Case severity, 1 worst"
        max={5}
        min={1}
        value={question.severity}
        onSet={(severity) => set({ severity })}
      />
      <Count
        label="Targets in one call"
        max={10_000}
        min={1}
        value={question.targets}
        onSet={(targets) => set({ targets })}
      />
      <NativeSelect
        label="The agent works to"
        data={['investigate', 'respond']}
        value={question.purpose}
        onChange={(event) => set({ purpose: event.currentTarget.value })}
      />
      <NativeSelect
        label="Mode of the agent"
        data={MODES}
        value={question.mode}
        onChange={(event) => set({ mode: event.currentTarget.value })}
      />
      {FLAGS.map(([name, label]) => (
        <Checkbox
          key={name}
          className={css.wide}
          label={label}
          checked={question[name]}
          onChange={(event) => set({ [name]: event.currentTarget.checked })}
        />
      ))}
    </div>
  )
}

function Count({
  label,
  min,
  max,
  value,
  onSet,
}: {
  readonly label: string
  readonly min: number
  readonly max: number
  readonly value: number
  readonly onSet: (value: number) => void
}) {
  return (
    <TextInput
      type="number"
      label={label}
      min={min}
      max={max}
      value={value}
      onChange={(event) => {
        const typed = Math.round(Number(event.currentTarget.value))
        onSet(Math.min(max, Math.max(min, Number.isFinite(typed) ? typed : min)))
      }}
    />
  )
}

/** What the bundle declares, and what is asked about even where it does not. */
function leaves(
  policy: Policy,
  { action, effect }: Question,
): readonly (readonly [string, string])[] {
  const declared = policy.actions
    .filter((each) => each.action !== 'unclassified')
    .map((each) => [each.action, each.effect] as const)
  const isDeclared = declared.some(([a, e]) => a === action && e === effect)
  return isDeclared ? declared : [[action, effect], ...declared]
}
