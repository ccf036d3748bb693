/** Day by day: how much was asked and what became of it, and how long it took. Then the same by effect. */
import type { Oversight } from '../api/wire.ts'
import { Panel } from '../ui/panel.tsx'
import rows from '../ui/rows.module.css'
import { Table } from '../ui/table.tsx'
import { DayBars } from './day-bars.tsx'
import { dayText, shareText, spanShort } from './figures.ts'
import css from './oversight.module.css'

export function Days({ report }: { readonly report: Oversight }) {
  const asked = report.days.map((day) => ({
    key: dayText(day.day_ms),
    parts: [day.approved, day.denied, day.expired, day.cancelled + day.waiting],
    cells: [
      dayText(day.day_ms),
      ...[day.asked, day.approved, day.denied, day.expired, day.cancelled + day.waiting].map(
        String,
      ),
    ],
  }))
  const times = report.days.map((day) => ({
    key: dayText(day.day_ms),
    parts: [day.median_ms ?? 0],
    cells: [dayText(day.day_ms), spanShort(day.median_ms)],
  }))
  return (
    <div className={rows.columns}>
      <Panel title="Asked, day by day">
        <DayBars
          label="Requests by day and outcome"
          parts={['approved', 'denied', 'expired', 'withdrawn, or still waiting']}
          heads={['Day', 'Asked', 'Approved', 'Denied', 'Expired', 'Other']}
          bars={asked}
          topText={(top) => `at most ${top} in a day`}
        />
      </Panel>
      <Panel title="Time to decide">
        <div className={css.time}>
          <DayBars
            label="Median time to decide by day"
            parts={['median']}
            heads={['Day', 'Median']}
            bars={times}
            topText={(top) => `at most ${spanShort(top)} (median of a day)`}
          />
        </div>
        <Table
          caption="Time to decide by effect"
          heads={['Effect', 'Asked', 'Denied', 'Median', 'Nine of ten', 'Longest']}
          rows={report.effects.map((each) => ({
            key: each.effect,
            cells: [
              each.effect,
              each.asked,
              shareText(each.denied, each.approved + each.denied),
              spanShort(each.median_ms),
              spanShort(each.p90_ms),
              spanShort(each.longest_ms),
            ],
          }))}
        />
      </Panel>
    </div>
  )
}
