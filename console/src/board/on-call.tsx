/** Who is on call for what, until when, and where nobody will be within a day. */
import { useQuery } from '@tanstack/react-query'
import { useNames } from '../api/names.ts'
import { onDutyQuery } from '../api/queries.ts'
import type { Shift } from '../api/wire.ts'
import { plainWords } from '../approvals/words.ts'
import { Panel } from '../ui/panel.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'
import css from './board.module.css'
import { NextGaps } from './next-gaps.tsx'

export function OnCall() {
  const names = useNames()
  const duty = useQuery(onDutyQuery)
  if (duty.isPending) return <Loading label="Loading who is on call" />
  if (duty.isError) return <Trouble error={duty.error} />
  const shifts = duty.data.shifts.toSorted(byRole)
  return (
    <Panel title="On call now">
      {shifts.length === 0 && <Nothing icon="warn" title="Nobody is on duty." />}
      <ul className={css.people}>
        {shifts.map((shift) => (
          <li key={shift.id} className={css.duty}>
            <span>
              <strong>{names.person(shift.person)}</strong>{' '}
              <span className={css.soft}>
                {plainWords(shift.role)}
                {shift.precedence > 0 && `, backup ${shift.precedence}`}
              </span>
            </span>
            <span className={css.soft}>
              until <When atMs={shift.to_ms} />
            </span>
          </li>
        ))}
      </ul>
      <NextGaps />
    </Panel>
  )
}

function byRole(a: Shift, b: Shift): number {
  return a.role.localeCompare(b.role) || a.precedence - b.precedence
}
