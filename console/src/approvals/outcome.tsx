/** What became of a request that waits no more. */
import { useNames } from '../api/names.ts'
import type { Approval } from '../api/wire.ts'
import { Chip } from '../ui/chip.tsx'
import { When } from '../ui/when.tsx'
import css from './action-panel.module.css'
import { AskedAgain } from './asked-again.tsx'
import { plainWords, stateText } from './words.ts'

export function Outcome({ request }: { readonly request: Approval }) {
  const names = useNames()
  const [state, tone] = stateText(request.state)
  return (
    <section className={css.panel} aria-label="Decided">
      <p>
        <Chip tone={tone}>{state}</Chip>{' '}
        {request.reason_code !== undefined && plainWords(request.reason_code)}
      </p>
      <p>
        {request.decided_by === undefined ? 'Nobody decided' : names.person(request.decided_by)}
        {request.decided_at_ms !== undefined && (
          <>
            {', '}
            <When atMs={request.decided_at_ms} />
          </>
        )}
      </p>
      {request.state === 'cancelled' && <AskedAgain request={request} />}
    </section>
  )
}
