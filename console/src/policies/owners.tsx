/** Who answers for which class of action, and who that is right now. */
import { useQuery } from '@tanstack/react-query'
import { useNames } from '../api/names.ts'
import { onDutyQuery } from '../api/queries.ts'
import { actionText, plainWords } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Panel } from '../ui/panel.tsx'
import css from '../ui/rows.module.css'
import { Table } from '../ui/table.tsx'
import type { Owner, Policy } from './bundle.ts'

export function Owners({ policy }: { readonly policy: Policy }) {
  const names = useNames()
  const shifts = useQuery(onDutyQuery).data?.shifts
  const now = (role: string) => {
    const on = (shifts ?? []).filter((shift) => shift.role === role)
    const people = [...new Set(on.map(({ person }) => visible(names.person(person))))]
    if (shifts === undefined) return '…'
    return people.length === 0 ? <span className={css.warn}>nobody</span> : people.join(', ')
  }
  return (
    <Panel title="Who answers">
      <p className={css.soft}>
        The most specific row counts: the action, what it sets off, its effect, then the default.
      </p>
      <Table
        caption="Owners by class"
        heads={['Class', 'Where', 'Role', 'On duty now']}
        rows={policy.owners.map((each) => ({
          key: `${each.class} ${each.environment ?? ''}`,
          cells: [
            classText(each),
            each.environment ?? 'anywhere',
            plainWords(each.role),
            now(each.role),
          ],
        }))}
      />
    </Panel>
  )
}

function classText({ class: name }: Owner): string {
  if (name === 'default') return 'everything else'
  return name.includes(':') ? actionText(name) : plainWords(name)
}
