/** How far the log is signed, and checking an entry of it without trusting the gateway's word. */
import { useQuery } from '@tanstack/react-query'
import { checkpointQuery } from '../api/queries.ts'
import type { Checkpoint } from '../api/wire.ts'
import { Panel } from '../ui/panel.tsx'
import { Loading, Trouble } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'
import { CheckHere } from './check-here.tsx'
import css from './ledger.module.css'
import { readNote } from './note.ts'

export function Ledger() {
  const latest = useQuery(checkpointQuery)
  return (
    <div className={css.page}>
      <h1>Ledger</h1>
      {latest.isPending && <Loading label="Loading the checkpoint" />}
      {latest.isError && <Trouble error={latest.error} onRetry={() => void latest.refetch()} />}
      {latest.data !== undefined && (
        <>
          <Latest log={latest.data} />
          <CheckHere log={latest.data} />
        </>
      )}
    </div>
  )
}

function Latest({ log }: { readonly log: Checkpoint }) {
  const note = readNote(log.note)
  return (
    <Panel title="Latest checkpoint">
      <dl className={css.facts}>
        <dt>Entries</dt>
        <dd>{note.size.toLocaleString()}</dd>
        <dt>Signed</dt>
        <dd>
          <When atMs={log.signed_at_ms} />
        </dd>
        <dt>Log</dt>
        <dd>
          <code>{note.origin}</code>
        </dd>
        <dt>Root</dt>
        <dd>
          <code>{note.root}</code>
        </dd>
        <dt>Signatures</dt>
        <dd>
          {note.lines.map((line) => (
            <code key={line}>{line}</code>
          ))}
        </dd>
        <dt>Key</dt>
        <dd>
          <code>{log.verifier_key}</code>
        </dd>
      </dl>
    </Panel>
  )
}
