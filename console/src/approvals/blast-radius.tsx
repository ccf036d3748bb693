/** What could be hit, as rings and as the same list in words. */
import { Chip } from '../ui/chip.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Panel } from '../ui/panel.tsx'
import css from './blast-radius.module.css'
import type { Package, Target } from './package.ts'
import { kindText, plainWords } from './words.ts'

export function BlastRadius({ shown }: { readonly shown: Package }) {
  const dependants = [...new Set(shown.targets.flatMap((target) => target.dependants))]
  return (
    <Panel
      title="Blast radius"
      note={
        shown.isRadiusAssumed ? 'not in the inventory: the worst is assumed' : 'from the inventory'
      }
    >
      <div className={css.both}>
        <Rings targets={shown.targets.length} dependants={dependants.length} />
        <ul className={css.list}>
          {shown.targets.map((target) => (
            <TargetLine key={`${target.kind} ${target.id}`} target={target} />
          ))}
          {shown.targets.length === 0 && <li>The call names no target.</li>}
          {dependants.map((name) => (
            <li key={name} className={css.dependant}>
              depends on it: <Foreign text={name} cutAt={80} />
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  )
}

function TargetLine({ target }: { readonly target: Target }) {
  return (
    <li className={css.target}>
      {kindText(target.kind)}{' '}
      <code>
        <Foreign text={target.id} cutAt={120} />
      </code>
      <Chip tone={(target.criticality ?? 5) >= 4 ? 'warn' : 'plain'}>
        criticality {target.criticality ?? '?'} of 5
      </Chip>
      <Chip>{target.environment}</Chip>
      {!target.isKnown && (
        <Chip tone="warn" icon="warn">
          unknown to the inventory
        </Chip>
      )}
      {target.labels.map((label) => (
        <Chip key={label}>{plainWords(label)}</Chip>
      ))}
    </li>
  )
}

/** Target in the middle, what depends on it around. The list says the same. */
function Rings({ targets, dependants }: { readonly targets: number; readonly dependants: number }) {
  return (
    <svg viewBox="0 0 120 120" className={css.rings} aria-hidden="true" focusable="false">
      <circle cx="60" cy="60" r="56" className={css.outer} />
      <circle cx="60" cy="60" r="34" className={css.inner} />
      <text x="60" y="66" className={css.count}>
        {targets}
      </text>
      <text x="60" y="18" className={css.small}>
        {dependants}
      </text>
    </svg>
  )
}
