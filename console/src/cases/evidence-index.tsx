/** Every recorded result of the case, the newest first, and a search in what they say. Opened one at a time. */
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { evidenceOfCaseQuery } from '../api/case-queries.ts'
import type { EvidenceList } from '../api/wire.ts'
import { EvidenceText } from '../approvals/evidence-text.tsx'
import { Chip } from '../ui/chip.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'
import css from './evidence-index.module.css'

/** Long enough not to ask at every letter, short enough to feel at once. */
const TYPING_MS = 180
/** More lines than this nobody reads; a word narrows them down. */
const MOST_SHOWN = 100

export function EvidenceIndex({ caseId }: { readonly caseId: string }) {
  const [words, setWords] = useState('')
  const [asked] = useDebouncedValue(words, TYPING_MS)
  const list = useQuery(evidenceOfCaseQuery(caseId, asked.trim()))
  return (
    <div className={css.index}>
      <SearchField
        label="Search the evidence"
        hint="Words in a result, or a tool"
        value={words}
        onChange={setWords}
      />
      {list.isPending && <Loading rows={3} label="Loading the evidence" />}
      {list.isError && <Trouble error={list.error} onRetry={() => void list.refetch()} />}
      {list.data !== undefined && <Found list={list.data} isAsked={asked.trim() !== ''} />}
    </div>
  )
}

function Found({ list, isAsked }: { readonly list: EvidenceList; readonly isAsked: boolean }) {
  const { evidence, total, searched } = list
  const shown = evidence.slice(0, MOST_SHOWN)
  return (
    <>
      <p role="status" className={css.count}>
        {isAsked
          ? `${evidence.length} of ${searched} results have these words`
          : `${total} results`}
        {searched < total && `; only the newest ${searched} of ${total} were looked at`}
        {shown.length < evidence.length && `; the newest ${shown.length} are shown`}
      </p>
      {shown.length === 0 && (
        <Nothing icon="search" title={isAsked ? 'Nothing says that.' : 'No result yet.'} />
      )}
      <ol className={css.items}>
        {shown.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ol>
    </>
  )
}

function Item({ item }: { readonly item: EvidenceList['evidence'][number] }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <li>
      <details className={css.item} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className={css.summary}>
          <code className={css.tool}>{item.tool}</code>
          {item.labels.map((label) => (
            <Chip key={label}>{label}</Chip>
          ))}
          <span className={css.when}>
            <When atMs={item.at_ms} />
          </span>
          {item.excerpt !== undefined && (
            <span className={css.excerpt}>
              <Foreign text={item.excerpt} />
            </span>
          )}
        </summary>
        {isOpen && <EvidenceText id={item.id} />}
      </details>
    </li>
  )
}
