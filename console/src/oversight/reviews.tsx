/** What had to be looked at again, and what came of it. */
import type { Oversight } from '../api/wire.ts'
import { Panel } from '../ui/panel.tsx'
import { Table } from '../ui/table.tsx'

const KINDS = {
  agent_owner: 'somebody decided for an agent of their own',
  emergency: 'released in an emergency',
} as const

export function Reviews({ report }: { readonly report: Oversight }) {
  return (
    <Panel title="Looked at again">
      <Table
        caption="Reviews by kind"
        heads={['Why', 'Opened', 'Still open', 'Overdue', 'Said not justified']}
        rows={report.reviews.map(({ kind, opened, open, overdue, objected }) => ({
          key: kind,
          cells: [KINDS[kind], opened, open, overdue, objected],
        }))}
      />
    </Panel>
  )
}
