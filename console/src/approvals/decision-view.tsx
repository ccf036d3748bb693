/**
 * What a person decides on, in the order of the first five seconds: what is asked, how bad it can get, why it
 * stopped, why you, how long still, and the verbs. Below: everything a careful reader wants.
 */
import { lazy, Suspense, useState } from 'react'
import { later } from '../api/quiet.ts'
import { Loading } from '../ui/states.tsx'
import { ActionPanel } from './action-panel.tsx'
import { AskSentence } from './ask-sentence.tsx'
import { BlastRadius } from './blast-radius.tsx'
import { Claim } from './claim.tsx'
import { Consequences } from './consequences.tsx'
import { Context } from './context.tsx'
import type { DecisionProps } from './decision-props.ts'
import css from './decision-view.module.css'
import { EvidenceList } from './evidence-list.tsx'
import { Parameters } from './parameters.tsx'
import { Questions } from './questions.tsx'
import { Signed } from './signed.tsx'
import { Similar } from './similar.tsx'
import { Undo } from './undo.tsx'
import { WhyStopped } from './why-stopped.tsx'
import { WhyYou } from './why-you.tsx'

/** What a careful reader wants comes after what everybody needs. */
const PlanSteps = lazy(async () => ({ default: (await import('./plan-steps.tsx')).PlanSteps }))
const History = later(async () => (await import('./history.tsx')).History)

export function DecisionView({
  request,
  shown,
  isSound,
}: DecisionProps & { readonly isSound: boolean | undefined }) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const parts = { request, shown }
  return (
    <article className={css.view}>
      <div className={css.top}>
        <AskSentence {...parts} />
      </div>
      <aside className={css.side}>
        <ActionPanel {...parts} isSound={isSound} opened={opened} />
      </aside>
      <div className={css.main}>
        <div className={css.whys}>
          <WhyStopped {...parts} />
          <WhyYou {...parts} />
        </div>
        <Questions questions={request.questions} />
        {request.plan !== undefined && (
          <Suspense fallback={<Loading rows={4} label="Loading the plan" />}>
            <PlanSteps id={request.plan} />
          </Suspense>
        )}
        <Parameters {...parts} />
        <Consequences shown={shown} />
        <EvidenceList
          items={shown.evidence}
          opened={opened}
          onOpen={(id) => setOpened(new Set([...opened, id]))}
        />
        <BlastRadius shown={shown} />
        <Undo shown={shown} />
        <Similar items={shown.similar} />
        <Context shown={shown} />
        <Claim shown={shown} />
        <Suspense>
          <History id={request.id} />
        </Suspense>
        <Signed request={request} isSound={isSound} />
      </div>
    </article>
  )
}
