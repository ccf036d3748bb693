/** What the call rests on: recorded results, numbered, with a mark on those the reader has opened. */
import { Chip } from '../ui/chip.tsx'
import { Panel } from '../ui/panel.tsx'
import { Age } from '../ui/when.tsx'
import css from './evidence-list.module.css'
import { EvidenceText } from './evidence-text.tsx'
import type { EvidenceItem } from './package.ts'

export function EvidenceList({
  items,
  opened,
  onOpen,
}: {
  readonly items: readonly EvidenceItem[]
  readonly opened: ReadonlySet<string>
  readonly onOpen: (id: string) => void
}) {
  return (
    <Panel
      title="Evidence"
      note={items.length === 0 ? undefined : `${opened.size} of ${items.length} opened`}
      id="evidence"
    >
      {items.length === 0 && <p>No recorded result supports this call.</p>}
      <ol className={css.items}>
        {items.map((item, at) => (
          <li key={item.id}>
            <details
              className={css.item}
              onToggle={(event) => {
                if (event.currentTarget.open) onOpen(item.id)
              }}
            >
              <summary className={css.summary}>
                <span className={css.number}>{at + 1}</span>
                <code className={css.tool}>{item.tool}</code>
                <span className={css.age}>
                  <Age atMs={item.atMs} /> old
                </span>
                {item.isCited && <Chip tone="claim">cited by the agent</Chip>}
                {item.supports.length > 0 && (
                  <Chip tone="good">holds {item.supports.join(', ')}</Chip>
                )}
                {opened.has(item.id) && (
                  <Chip tone="accent" icon="eye">
                    opened
                  </Chip>
                )}
              </summary>
              {opened.has(item.id) && <EvidenceText id={item.id} />}
            </details>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
