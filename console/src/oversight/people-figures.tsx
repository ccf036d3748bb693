/** Friction by name: what each was asked on their shifts, what they said, and how fast. */
import { useNames } from '../api/names.ts'
import type { Oversight } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import { Panel } from '../ui/panel.tsx'
import css from '../ui/rows.module.css'
import { Nothing } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { spanShort } from './figures.ts'

const HEADS = [
  'Person',
  'In their hands',
  'Shifts',
  'Per shift',
  'Most in one',
  'Yes',
  'No',
  'Quick yes',
  'Median',
]

export function PeopleFigures({ report }: { readonly report: Oversight }) {
  const names = useNames()
  return (
    <Panel title="People">
      <p className={css.soft}>
        Per shift counts what was asked while they were on it. A quick yes came within ten seconds
        of the first look.
      </p>
      {report.people.length === 0 ? (
        <Nothing icon="people" title="Nobody was asked, and nobody was on a shift." />
      ) : (
        <Table
          caption="Requests by person"
          heads={HEADS}
          rows={report.people.map((each) => ({
            key: each.person,
            cells: [
              visible(names.person(each.person)),
              each.put,
              each.shifts,
              each.per_shift === undefined ? 'none' : each.per_shift.toFixed(1),
              each.most_in_one_shift,
              each.approved,
              each.denied,
              each.quick_yeses,
              spanShort(each.median_ms),
            ],
          }))}
        />
      )}
    </Panel>
  )
}
