/**
 * Signing in. A one-time link carries its secret behind the `#`, where no proxy logs it, and is spent only when
 * somebody presses the button; a passkey signs in by itself; an API token, as the command line uses it, may be pasted and
 * stays in memory.
 */
import { Button, PasswordInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { get, send } from '../api/client.ts'
import { meQuery } from '../api/queries.ts'
import { forgetToken, keepToken } from '../api/session.ts'
import { loginHere } from '../passkey/login.ts'
import { Mark } from '../ui/mark.tsx'
import { Trouble } from '../ui/states.tsx'
import { takeLink } from './link.ts'
import css from './login.module.css'

export function Login() {
  const [link] = useState(takeLink)
  const client = useQueryClient()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const signIn = async (prove: () => Promise<unknown>) => {
    setBusy(true)
    try {
      await prove()
      await client.fetchQuery({ ...meQuery, staleTime: 0 })
    } catch (refused) {
      forgetToken()
      setError(refused)
      setBusy(false)
    }
  }
  return (
    <main className={css.page}>
      <div className={css.card}>
        <Mark size={36} />
        <h1>Sign in to Countersign</h1>
        {link === undefined ? (
          <p className={css.text}>
            Open the one-time link the gateway printed, or make one with{' '}
            <code>countersign login</code>. A link works once, for ten minutes.
          </p>
        ) : (
          <Button
            loading={isBusy}
            onClick={() => void signIn(() => send('POST', '/api/v1/session', { link }))}
          >
            Sign in with your one-time link
          </Button>
        )}
        <Button variant="default" loading={isBusy} onClick={() => void signIn(loginHere)}>
          Use a passkey
        </Button>
        {error !== undefined && <Trouble error={error} forbidden="That did not sign you in." />}
        <TokenForm isBusy={isBusy} onToken={(token) => void signIn(() => tryToken(token))} />
      </div>
    </main>
  )
}

function tryToken(token: string): Promise<unknown> {
  keepToken(token)
  return get('/api/v1/me')
}

function TokenForm({
  isBusy,
  onToken,
}: {
  readonly isBusy: boolean
  readonly onToken: (token: string) => void
}) {
  const [text, setText] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onToken(text)
  }
  return (
    <form className={css.form} onSubmit={submit}>
      <PasswordInput
        label="Or use your API token"
        description="It stays in this tab's memory and is gone when you close it."
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        autoComplete="off"
      />
      <Button type="submit" variant="default" disabled={text.trim() === '' || isBusy}>
        Sign in
      </Button>
    </form>
  )
}
