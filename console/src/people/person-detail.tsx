/** What one person is certified for and which keys they have. */
import { useQuery } from '@tanstack/react-query'
import { certificatesQuery } from '../api/queries.ts'
import type { Certificate, Passkey } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Loading, Trouble } from '../ui/states.tsx'
import { useNow, When } from '../ui/when.tsx'
import { KeyLine } from './key-line.tsx'
import css from './people.module.css'
import { RevokeKey } from './revoke-key.tsx'

export function PersonDetail({
  person,
  keys,
  mayRevoke,
}: {
  readonly person: string
  readonly keys: readonly Passkey[]
  readonly mayRevoke: boolean
}) {
  const held = useQuery(certificatesQuery(person))
  return (
    <div className={css.form}>
      <h3>Certificates</h3>
      {held.isPending && <Loading rows={1} label="Loading the certificates" />}
      {held.isError && <Trouble error={held.error} onRetry={() => void held.refetch()} />}
      {held.data?.length === 0 && <p className={css.soft}>None.</p>}
      <ul>
        {held.data?.map((certificate) => (
          <CertificateLine key={certificate.id} certificate={certificate} />
        ))}
      </ul>
      <h3>Passkeys</h3>
      {keys.length === 0 && <p className={css.soft}>None: this person cannot sign.</p>}
      <ul>
        {keys.map((passkey) => (
          <li key={passkey.id} className={css.line}>
            <KeyLine passkey={passkey} />
            {mayRevoke && <RevokeKey passkey={passkey} />}
          </li>
        ))}
      </ul>
    </div>
  )
}

function CertificateLine({ certificate }: { readonly certificate: Certificate }) {
  const isOver = certificate.expires_at_ms <= useNow()
  return (
    <li className={css.line}>
      <code>{visible(certificate.action_class)}</code>
      <span className={css.soft}>
        by {visible(certificate.issuer)}, until <When atMs={certificate.expires_at_ms} />
      </span>
      {isOver && (
        <Chip tone="warn" icon="clock">
          expired
        </Chip>
      )}
    </li>
  )
}
