/** The proposal as text: what stands here is what is signed, to the last character. */
import { Button, Textarea } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import type { Me } from '../api/wire.ts'
import { useActiveKeys } from '../approvals/use-active-keys.ts'
import { visible } from '../text/visible.ts'
import { Trouble } from '../ui/states.tsx'
import css from './standing.module.css'
import { proposalText } from './standing-search.ts'
import { useSignStanding } from './use-standing.ts'

const route = getRouteApi('/standing-plans')

export function SignForm({ me }: { readonly me: Me }) {
  const search = route.useSearch()
  const [text, setText] = useState(() => proposalText(search))
  const keys = useActiveKeys()
  const sign = useSignStanding(me, keys ?? [])
  const hidden = visible(text.replaceAll('\n', ' ')) !== text.replaceAll('\n', ' ')
  const isReady = text.trim() !== '' && keys !== undefined && !hidden
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isReady) sign.mutate(text)
  }
  return (
    <form className={css.form} onSubmit={submit}>
      <p>
        Calls it covers run without anybody being asked, until it ends. You sign as the owner of the
        class, on duty and certified; what stands on a hard floor is refused by name.
      </p>
      <Textarea
        label="The proposal"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        minRows={8}
        autosize
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
      {hidden && <p className={css.warn}>It holds characters that do not show: not signed here.</p>}
      <Button type="submit" disabled={!isReady} loading={sign.isPending}>
        {keys?.length === 0 ? 'Sign' : 'Sign with passkey'}
      </Button>
      {sign.isError && <Trouble error={sign.error} forbidden="You may not sign this." />}
    </form>
  )
}
