/** The keys of whoever sits here. A pending one shows the code its person reads to somebody else. */
import type { Me, Passkey } from '../api/wire.ts'
import { Digest } from '../ui/digest.tsx'
import { Panel } from '../ui/panel.tsx'
import { Nothing } from '../ui/states.tsx'
import { EnrolForm } from './enrol-form.tsx'
import { KeyLine } from './key-line.tsx'
import css from './people.module.css'
import { RevokeKey } from './revoke-key.tsx'

export function MyPasskeys({ me }: { readonly me: Me }) {
  const keys = me.passkeys.toSorted(newestFirst)
  return (
    <Panel title="My passkeys" note="They sign what you approve from contain up.">
      {keys.length === 0 && (
        <Nothing icon="key" title="You have no passkey.">
          Until you have one, you cannot approve what contains or destroys.
        </Nothing>
      )}
      <ul>
        {keys.map((passkey) => (
          <li key={passkey.id} className={css.item}>
            <div className={css.line}>
              <KeyLine passkey={passkey} />
              <RevokeKey passkey={passkey} />
            </div>
            {passkey.state === 'pending' && <ReadOut passkey={passkey} />}
          </li>
        ))}
      </ul>
      <EnrolForm me={me} />
    </Panel>
  )
}

function ReadOut({ passkey: { key } }: { readonly passkey: Passkey }) {
  return (
    <p className={css.line}>
      <span>Call somebody who leads or is platform engineer and read them this:</span>
      <Digest value={key} label="the key" />
    </p>
  )
}

function newestFirst(a: Passkey, b: Passkey): number {
  return b.enrolled_at_ms - a.enrolled_at_ms
}
