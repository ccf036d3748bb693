/** The rules that stopped the call, as their authors wrote the reason. */
import { Panel } from '../ui/panel.tsx'
import type { DecisionProps } from './decision-props.ts'
import css from './whys.module.css'
import { plainWords } from './words.ts'

export function WhyStopped({ request, shown }: DecisionProps) {
  const version = shown.policyVersion
  return (
    <Panel
      title="Why it stopped"
      note={version === undefined ? undefined : `risk thresholds ${version}`}
    >
      <ul className={css.reasons}>
        {shown.reasons.map(({ policy, reason }) => (
          <li key={policy}>
            {reason} <code className={css.policy}>{policy}</code>
          </li>
        ))}
      </ul>
      <p className={css.needs}>
        It needs{' '}
        {request.needs.map(({ role, strength }, at) => (
          <span key={`${role} ${strength}`}>
            {at > 0 && ' and '}
            <strong>{plainWords(role)}</strong> ({strength})
          </span>
        ))}
        {request.upgrades_purpose && '. A yes also lets this session respond, not only investigate'}
        .
      </p>
    </Panel>
  )
}
