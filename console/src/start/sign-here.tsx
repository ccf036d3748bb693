/** A key that signs from this browser. Without one a yes to a containment cannot be given here. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { passkeysQuery } from '../api/queries.ts'
import type { Me, Passkey } from '../api/wire.ts'
import { EnrolForm } from '../people/enrol-form.tsx'
import { CopyText } from '../ui/copy-text.tsx'
import css from '../ui/rows.module.css'
import { Step } from './step.tsx'

const route = getRouteApi('/start')
/** What the practice range calls the keys in files it gives its people; no browser can use one. */
const PRACTICE = /^practice passkey/

export function SignHere({ me }: { readonly me: Me }) {
  const own = useQuery(passkeysQuery(me.id)).data ?? []
  const keys = own.filter(({ name, state }) => !PRACTICE.test(name) && state !== 'revoked')
  const waiting = keys.find(({ state }) => state === 'pending')
  const isReady = keys.some(({ state }) => state === 'active')
  return (
    <Step title="Have a key that signs here" state={isReady ? 'done' : 'now'}>
      <p>
        From containment up a yes is signed with a passkey: your device signs exactly what you were
        shown.
      </p>
      {!isReady && waiting === undefined && <EnrolForm me={me} />}
      {waiting !== undefined && !isReady && <Vouch waiting={waiting} />}
      {!isReady && own.some(({ name }) => PRACTICE.test(name)) && (
        <p className={css.soft}>
          Your practice key lies in a file, so a terminal can sign with it; this browser cannot.
        </p>
      )}
    </Step>
  )
}

/** On one's own machine one plays both people, so the command may hold what would be read out by phone. */
function Vouch({ waiting }: { readonly waiting: Passkey }) {
  const { root } = route.useSearch()
  const said = waiting.key.replace(/^sha256:/, '').slice(0, 8)
  return (
    <>
      <p role="status">
        It counts once somebody else has vouched for it: read them <code>{said}</code>, they type it
        under People. This page shows it the moment they have.
      </p>
      {root !== undefined && (
        <>
          <p>In the practice range Tomas can, from a terminal:</p>
          <CopyText
            label="Vouching as Tomas"
            text={`${root}/bin/countersign passkey vouch ${waiting.id} --heard ${said} --as tomas`}
          />
        </>
      )}
    </>
  )
}
