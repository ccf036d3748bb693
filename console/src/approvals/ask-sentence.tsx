/** The question as one sentence, from facts: the verb comes from the catalogue, never from a model. */
import { Link } from '@tanstack/react-router'
import { Chip } from '../ui/chip.tsx'
import { Foreign } from '../ui/foreign.tsx'
import css from './ask-sentence.module.css'
import type { DecisionProps } from './decision-props.ts'
import type { Package } from './package.ts'
import { effectTone, kindText, plainWords, stateText, verbText } from './words.ts'

/** More targets than a sentence carries are counted; all of them stand in the blast radius below. */
const NAMED = 3

export function AskSentence({ request, shown }: DecisionProps) {
  const [state, tone] = stateText(request.state)
  return (
    <header className={css.ask}>
      <h1 className={css.sentence}>
        <Foreign text={shown.agentName} cutAt={60} /> wants to{' '}
        <span className={css.act}>
          {verbText(shown.action)} <TargetNames shown={shown} />
        </span>
        {environmentText(shown)}, for case{' '}
        <Link to="/cases/$id" params={{ id: request.case }}>
          <Foreign text={shown.caseRef} cutAt={40} />
        </Link>
        {shown.severity !== undefined && ` (severity ${shown.severity})`}.
      </h1>
      <p className={css.title}>
        <Foreign text={shown.caseTitle} cutAt={140} />
      </p>
      <div className={css.chips}>
        {request.state !== 'pending' && <Chip tone={tone}>{state}</Chip>}
        <Chip tone={effectTone(shown.effect)} icon="target" title={shown.action}>
          {shown.effect}
        </Chip>
        <Reversibility shown={shown} />
        <Chip icon="world" tone={shown.isRadiusAssumed ? 'warn' : 'plain'}>
          {radiusText(shown)}
        </Chip>
        {shown.flags.map((flag) => (
          <Chip key={flag} tone="warn" icon="warn">
            {plainWords(flag)}
          </Chip>
        ))}
        {shown.untrusted.length > 0 && (
          <Chip tone="warn" icon="eye">
            the agent has read strangers’ text
          </Chip>
        )}
      </div>
    </header>
  )
}

function TargetNames({ shown }: { readonly shown: Package }) {
  const [first] = shown.targets
  if (first === undefined) return <>something it does not name</>
  const rest = shown.targets.length - NAMED
  return (
    <>
      {kindText(first.kind)}{' '}
      {shown.targets.slice(0, NAMED).map((target, at) => (
        <span key={`${target.kind} ${target.id}`}>
          {at > 0 && ', '}
          <code className={css.target}>
            <Foreign text={target.id} cutAt={80} />
          </code>
        </span>
      ))}
      {rest > 0 && ` and ${rest} more`}
    </>
  )
}

function Reversibility({ shown }: { readonly shown: Package }) {
  if (shown.reversibility === 'irreversible')
    return (
      <Chip tone="danger" icon="once">
        cannot be undone
      </Chip>
    )
  if (shown.inverse === undefined) return <Chip icon="undo">{plainWords(shown.reversibility)}</Chip>
  return (
    <Chip tone="good" icon="undo">
      can be undone
    </Chip>
  )
}

function environmentText({ targets }: Package): string {
  const all = [...new Set(targets.map(({ environment }) => environment))]
  return all.length === 1 && all[0] !== 'unknown' ? ` in ${all[0]}` : ''
}

function radiusText({ targets, isRadiusAssumed }: Package): string {
  const services = new Set(targets.flatMap(({ dependants }) => dependants)).size
  const count = `${targets.length} target${targets.length === 1 ? '' : 's'}`
  const hit = services === 0 ? count : `${count}, ${services} depend on it`
  return isRadiusAssumed ? `${hit}, not in the inventory: the worst is assumed` : hit
}
