/** The answer: what would happen, by which rules and why, and what a held call still needs. */
import type { Explanation } from '../api/wire.ts'
import { plainWords } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import css from '../ui/rows.module.css'
import type { Tone } from '../ui/tone.ts'
import { CedarText } from './cedar-text.tsx'
import own from './policies.module.css'
import { EFFECT_TONE } from './rules.tsx'

const VERDICTS: Readonly<Record<Explanation['decision']['kind'], readonly [string, Tone]>> = {
  allow: ['runs', 'good'],
  hold: ['waits for people', 'warn'],
  deny: ['is refused', 'danger'],
}

export function Explained({ explanation }: { readonly explanation: Explanation }) {
  const { decision, sentences, policies } = explanation
  const [word, tone] = VERDICTS[decision.kind]
  return (
    <section className={own.answer} aria-label="Answer" aria-live="polite">
      <p>
        <Chip tone={tone}>it {word}</Chip>{' '}
        {!decision.isEnforced && <Chip tone="warn">only watched: the call passes</Chip>}
      </p>
      <p>{visible(sentences[0] ?? '')}</p>
      {decision.kind === 'deny' && <p className={css.soft}>{visible(decision.detail)}</p>}
      <Needs decision={decision} />
      <h3>Rules that decide: {policies.length}</h3>
      <ul className={css.detail}>
        {policies.map(({ id, does, reason, text }) => (
          <li key={id} className={css.detail}>
            <p>
              <strong>{visible(id)}</strong> <Chip tone={EFFECT_TONE[does]}>{does}</Chip>{' '}
              {visible(reason)}
            </p>
            <CedarText label={`Text of ${id}`} text={text} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Needs({ decision }: Pick<Explanation, 'decision'>) {
  if (decision.obligations.length === 0) return null
  return (
    <>
      <h3>What would let it run</h3>
      <ul>
        {decision.obligations.map(({ policyId, requires, role, coSigners }) => (
          <li key={policyId}>
            <strong>{[role, ...coSigners].map(plainWords).join(' and ')}</strong> ({requires})
            discharges <code>{visible(policyId)}</code>
          </li>
        ))}
      </ul>
    </>
  )
}
