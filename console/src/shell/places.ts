/** Where one can go, in the order of a shift: what needs you, then what is set up, then what proves it. */
import type { IconName } from '../ui/icon.tsx'

export type Place = {
  readonly to:
    | '/'
    | '/approvals'
    | '/cases'
    | '/agents'
    | '/tools'
    | '/people'
    | '/standing-plans'
    | '/start'
    | '/policies'
    | '/changes'
    | '/oversight'
    | '/ledger'
  readonly name: string
  readonly icon: IconName
  /** Pressed after `g`, from anywhere. */
  readonly key: string
}

export type PlaceGroup = { readonly title: string; readonly places: readonly Place[] }

export const PLACE_GROUPS: readonly PlaceGroup[] = [
  {
    title: 'Now',
    places: [
      { to: '/', name: 'Shift board', icon: 'board', key: 'b' },
      { to: '/approvals', name: 'Approvals', icon: 'approvals', key: 'a' },
      { to: '/cases', name: 'Cases', icon: 'cases', key: 'c' },
    ],
  },
  {
    title: 'Set up',
    places: [
      { to: '/start', name: 'First run', icon: 'start', key: 'f' },
      { to: '/agents', name: 'Agents', icon: 'agents', key: 'n' },
      { to: '/tools', name: 'Tools', icon: 'tools', key: 't' },
      { to: '/policies', name: 'Policies', icon: 'policies', key: 'o' },
      { to: '/people', name: 'People', icon: 'people', key: 'p' },
      { to: '/standing-plans', name: 'Pre-approved', icon: 'once', key: 's' },
      { to: '/changes', name: 'Changes', icon: 'copy', key: 'h' },
    ],
  },
  {
    title: 'Proof',
    places: [
      { to: '/ledger', name: 'Ledger', icon: 'ledger', key: 'l' },
      { to: '/oversight', name: 'Oversight', icon: 'oversight', key: 'v' },
    ],
  },
]

export const PLACES: readonly Place[] = PLACE_GROUPS.flatMap(({ places }) => places)
/** What fits at the bottom of a phone; the rest is behind "More". */
export const TABS: readonly Place[] = PLACES.slice(0, 3)
