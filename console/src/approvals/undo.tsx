/** How it is taken back, as the named call that would do it. */
import { Foreign } from '../ui/foreign.tsx'
import { Panel } from '../ui/panel.tsx'
import { canonical } from './check-seen.ts'
import type { Package } from './package.ts'
import { plainWords } from './words.ts'

export function Undo({ shown }: { readonly shown: Package }) {
  const { inverse, collects, reversibility } = shown
  return (
    <Panel title="Undo" note={plainWords(reversibility)}>
      {inverse === undefined ? (
        <p>No call takes it back.</p>
      ) : (
        <p>
          <code>{inverse.tool}</code>{' '}
          <code>
            <Foreign text={canonical(inverse.arguments ?? {})} cutAt={300} />
          </code>
        </p>
      )}
      {collects !== undefined && (
        <p>
          Evidence is collected beside it: <code>{collects.tool}</code>{' '}
          <code>
            <Foreign text={canonical(collects.arguments ?? {})} cutAt={300} />
          </code>
        </p>
      )}
    </Panel>
  )
}
