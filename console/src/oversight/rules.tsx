/** What each rule costs: how often it asks, what people then say, and how long it makes a call wait. */
import type { Oversight } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import { Panel } from '../ui/panel.tsx'
import { Table } from '../ui/table.tsx'
import { shareText, spanShort } from './figures.ts'

export function Rules({ report }: { readonly report: Oversight }) {
  return (
    <Panel title="Rules" note="a request that two rules asked for counts for both">
      <Table
        caption="Requests by rule"
        heads={['Rule', 'Asked', 'Denied', 'Expired', 'Median', 'Nine of ten']}
        rows={report.rules.map((each) => ({
          key: each.rule,
          cells: [
            <code key="rule">{visible(each.rule)}</code>,
            each.asked,
            shareText(each.denied, each.approved + each.denied),
            each.expired,
            spanShort(each.median_ms),
            spanShort(each.p90_ms),
          ],
        }))}
      />
    </Panel>
  )
}
