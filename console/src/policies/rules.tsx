/** Every rule in the words of its author: what it does, why, and its text. Floors come last: they rarely change. */
import { useState } from 'react'
import { plainWords } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Icon } from '../ui/icon.tsx'
import { Panel } from '../ui/panel.tsx'
import css from '../ui/rows.module.css'
import { SearchField } from '../ui/search-field.tsx'
import { Nothing } from '../ui/states.tsx'
import type { Tone } from '../ui/tone.ts'
import type { Policy } from './bundle.ts'
import { type RuleHead, ruleHead } from './cedar.ts'
import { CedarText } from './cedar-text.tsx'

type Rule = { readonly id: string; readonly text: string; readonly isFloor: boolean }

export const EFFECT_TONE: Readonly<Record<RuleHead['effect'], Tone>> = {
  permits: 'good',
  asks: 'warn',
  forbids: 'danger',
}

export function Rules({ policy }: { readonly policy: Policy }) {
  const [search, setSearch] = useState('')
  const rules = [...rulesOf(policy.policies, false), ...rulesOf(policy.floor, true)]
  const words = search.toLowerCase().split(/\s+/)
  const shown = rules.filter(({ id, text }) =>
    words.every((word) => `${id} ${text}`.toLowerCase().includes(word)),
  )
  return (
    <Panel title={`Rules: ${rules.length}`}>
      <SearchField
        label="Search the rules"
        hint="Id, reason, words of the text"
        value={search}
        onChange={setSearch}
      />
      {shown.length === 0 && <Nothing icon="search" title="No rule has these words." />}
      <ul>
        {shown.map((rule) => (
          <RuleRow key={rule.id} rule={rule} />
        ))}
      </ul>
    </Panel>
  )
}

function rulesOf(texts: Readonly<Record<string, string>>, isFloor: boolean): readonly Rule[] {
  return Object.entries(texts)
    .map(([id, text]) => ({ id, text: String(text), isFloor }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

function RuleRow({ rule }: { readonly rule: Rule }) {
  const [isOpen, setOpen] = useState(false)
  const { effect, reason, requires, role, owner } = ruleHead(rule.text)
  return (
    <li className={css.entry}>
      <button
        type="button"
        className={css.row}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <strong>{visible(rule.id)}</strong>
        <Chip tone={EFFECT_TONE[effect]}>
          {effect}
          {effect === 'asks' && ` ${plainWords(visible(role))} (${visible(requires)})`}
        </Chip>
        {rule.isFloor && <Chip icon="key">floor</Chip>}
        <span className={css.soft}>{visible(reason)}</span>
        <span className={css.turn}>
          <Icon name="next" size={14} />
        </span>
      </button>
      {isOpen && (
        <div className={css.detail}>
          {owner !== '' && <p className={css.soft}>Answered for by {visible(owner)}.</p>}
          <CedarText label={`Text of ${rule.id}`} text={rule.text} />
        </div>
      )}
    </li>
  )
}
