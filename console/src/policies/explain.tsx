/** Asking the policy without calling anything: a question of one's own, or one that was asked of people lately. */
import { Button, NativeSelect } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, useEffect, useState } from 'react'
import { send } from '../api/client.ts'
import { approvalQuery, queueQuery } from '../api/queries.ts'
import type { ApprovalListed, Explanation } from '../api/wire.ts'
import { actionText } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Folded, Panel } from '../ui/panel.tsx'
import css from '../ui/rows.module.css'
import { Trouble } from '../ui/states.tsx'
import type { Policy } from './bundle.ts'
import { Explained } from './explained.tsx'
import { firstQuestion, type Question, questionOf, requestOf } from './question.ts'
import { QuestionForm } from './question-form.tsx'

const route = getRouteApi('/policies')

export function Explain({ policy }: { readonly policy: Policy }) {
  const [question, setQuestion] = useState(() => firstQuestion(policy.actions))
  const explain = useMutation({
    mutationFn: (asked: Question) =>
      send<Explanation>('POST', '/api/v1/policies/explain', { request: requestOf(asked) }),
  })
  const ask = (asked: Question) => {
    setQuestion(asked)
    explain.mutate(asked)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    explain.mutate(question)
  }
  return (
    <Panel title="Explain a decision">
      <form className={css.form} onSubmit={submit}>
        <Recent onPick={(asked) => ask(asked)} otherwise={question} />
        <Folded title={`The facts: ${factsOf(question)}`}>
          <QuestionForm policy={policy} question={question} onChange={setQuestion} />
        </Folded>
        <div className={css.buttons}>
          <Button type="submit" loading={explain.isPending}>
            Explain
          </Button>
        </div>
      </form>
      {explain.isError && <Trouble error={explain.error} forbidden="You may not ask the policy." />}
      {explain.data !== undefined && <Explained explanation={explain.data} />}
    </Panel>
  )
}

/** What people were asked lately. Its id stands in the address, so that the explanation can be sent to somebody. */
function Recent({
  onPick,
  otherwise,
}: {
  readonly onPick: (question: Question) => void
  readonly otherwise: Question
}) {
  const { request } = route.useSearch()
  const navigate = route.useNavigate()
  const client = useQueryClient()
  const decided = useQuery(queueQuery({ view: 'decided', q: '' }, 0)).data?.approvals ?? []
  const waiting = useQuery(queueQuery({ view: 'waiting', q: '' }, 0)).data?.approvals ?? []
  const [failed, setFailed] = useState<unknown>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the address changes, not the form
  useEffect(() => {
    if (request === undefined) return
    client
      .fetchQuery(approvalQuery(request))
      .then((found) => onPick(questionOf(found, otherwise)), setFailed)
  }, [request])
  return (
    <>
      <NativeSelect
        label="What people were asked"
        description="With the facts of then, by the rules of now."
        value={request ?? ''}
        onChange={(event) => {
          const picked = event.currentTarget.value
          void navigate({ search: picked === '' ? {} : { request: picked } })
        }}
      >
        <option value="">A question of my own</option>
        {[...waiting, ...decided].map((each) => (
          <option key={each.id} value={each.id}>
            {lineOf(each)}
          </option>
        ))}
      </NativeSelect>
      {failed !== undefined && <Trouble error={failed} />}
    </>
  )
}

function factsOf({ action, effect, target, environment, severity, mode }: Question): string {
  const what = `${actionText(action)} (${effect}) on ${visible(target)} in ${visible(environment)}`
  return `${what}, severity ${severity}, by a ${visible(mode)} agent`
}

function lineOf({ action, targets, state, created_at_ms: atMs }: ApprovalListed): string {
  const on = targets.map((each) => each.replace(/^[^/]*\//, '')).join(', ')
  const at = new Date(atMs).toLocaleString()
  return `${actionText(action)} ${visible(on).slice(0, 60)}, ${state}, ${at}`
}
