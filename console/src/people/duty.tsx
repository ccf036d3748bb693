/** Who is on call for which role, until when and according to whom; then where nobody will be. */
import { useQuery } from '@tanstack/react-query'
import { useNames } from '../api/names.ts'
import { onDutyQuery } from '../api/queries.ts'
import type { Shift } from '../api/wire.ts'
import { plainWords } from '../approvals/words.ts'
import { NextGaps } from '../board/next-gaps.tsx'
import { visible } from '../text/visible.ts'
import { Panel } from '../ui/panel.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'
import css from './people.module.css'

export function Duty() {
  const duty = useQuery(onDutyQuery)
  return (
    <Panel title="On call now">
      {duty.isPending && <Loading label="Loading who is on call" />}
      {duty.isError && <Trouble error={duty.error} onRetry={() => void duty.refetch()} />}
      {duty.data?.shifts.length === 0 && <Nothing icon="warn" title="Nobody is on duty." />}
      {duty.data !== undefined && <Roles shifts={duty.data.shifts} />}
      <NextGaps />
    </Panel>
  )
}

function Roles({ shifts }: { readonly shifts: readonly Shift[] }) {
  const names = useNames()
  const roles = [...new Set(shifts.map(({ role }) => role))].sort()
  return (
    <ul>
      {roles.map((role) => (
        <li key={role} className={css.item}>
          <h3>{plainWords(role)}</h3>
          {shifts
            .filter((shift) => shift.role === role)
            .sort((a, b) => a.precedence - b.precedence)
            .map((shift) => (
              <p key={shift.id} className={css.line}>
                <strong>{visible(names.person(shift.person))}</strong>
                <span className={css.soft}>
                  {shift.precedence > 0 && `backup ${shift.precedence}, `}
                  until <When atMs={shift.to_ms} />, from {visible(shift.source)}
                </span>
              </p>
            ))}
        </li>
      ))}
    </ul>
  )
}
