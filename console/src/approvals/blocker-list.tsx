/** Why a yes cannot be given yet, one reason a line. */
import { Icon } from '../ui/icon.tsx'
import css from './forms.module.css'

export function BlockerList({ blockers }: { readonly blockers: readonly string[] }) {
  if (blockers.length === 0) return null
  return (
    <ul className={css.blockers}>
      {blockers.map((blocker) => (
        <li key={blocker}>
          <Icon name="warn" size={14} /> {blocker}
        </li>
      ))}
    </ul>
  )
}
