/**
 * The act, but with other arguments. The request closes and nothing runs: the agent is told to call again with
 * these, which is asked and signed for afresh, and not by whoever changed them alone.
 */
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { visible } from '../text/visible.ts'
import type { FormProps } from './approve-form.tsx'
import css from './forms.module.css'
import { type Leaf, leafName, leavesOf, withLeaf } from './leaves.ts'
import type { Package } from './package.ts'
import { ReasonField } from './reason-field.tsx'
import { Back, VerbForm } from './verb-form.tsx'

/** Longer values are no matter of a form. Characters. */
const MAX_EDITED = 500

export function ModifyForm({ shown, decide, onClose }: FormProps & { readonly shown: Package }) {
  const [texts, setTexts] = useState<ReadonlyMap<string, string>>(new Map())
  const [reason, setReason] = useState('')
  const leaves = leavesOf(shown.arguments).filter((leaf) => spelled(leaf).length <= MAX_EDITED)
  const typed = leaves.flatMap((leaf) => {
    const text = texts.get(leaf.path) ?? spelled(leaf)
    return text === spelled(leaf) ? [] : [{ ...leaf, next: readLike(leaf.value, text) }]
  })
  const isReadable = typed.every(({ next }) => next !== undefined)
  const changed = typed.reduce(
    (value, { path, next }) => withLeaf(value, path, next),
    shown.arguments,
  )
  const send = () =>
    decide.mutate({ verb: 'modify', reason, arguments: changed }, { onSuccess: onClose })
  return (
    <VerbForm
      act="Have it asked again so"
      isReady={typed.length > 0 && isReadable && reason.trim() !== ''}
      isBusy={decide.isPending}
      beside={<Back onClose={onClose} />}
      onSend={send}
    >
      <fieldset className={css.values}>
        <legend>Call it with</legend>
        {leaves.map((leaf) => (
          <Value
            key={leaf.path}
            leaf={leaf}
            text={texts.get(leaf.path) ?? spelled(leaf)}
            onWrite={(text) => setTexts(new Map(texts).set(leaf.path, text))}
          />
        ))}
      </fieldset>
      <ReasonField
        label="Why so"
        description="This request closes and nothing runs. The agent asks again with your values, and somebody else signs."
        value={reason}
        onWrite={setReason}
        takesFocus={false}
      />
    </VerbForm>
  )
}

function Value({
  leaf,
  text,
  onWrite,
}: {
  readonly leaf: Leaf
  readonly text: string
  readonly onWrite: (text: string) => void
}) {
  const isChanged = text !== spelled(leaf)
  const isReadable = readLike(leaf.value, text) !== undefined
  return (
    <TextInput
      label={visible(leafName(leaf.path))}
      description={isChanged ? `the agent asked for ${visible(spelled(leaf))}` : undefined}
      error={isReadable ? undefined : `It has to be ${kindOf(leaf.value)}, as it was.`}
      value={text}
      onChange={(event) => onWrite(event.currentTarget.value)}
      autoComplete="off"
      spellCheck={false}
    />
  )
}

function spelled({ value }: Leaf): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The typed text as a value of the kind it replaces; undefined where it is none. */
function readLike(before: unknown, text: string): unknown {
  if (typeof before === 'string') return text
  try {
    const value: unknown = JSON.parse(text)
    return kindOf(value) === kindOf(before) ? value : undefined
  } catch {
    return undefined
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'boolean') return 'true or false'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
