/** Who is meant by a recipient now, and on which channels they hear of it. Pure. */
import type { Person } from '../identity/person.ts'
import type { Notice, Recipient } from '../kernel/notice.ts'
import type { Shift } from '../roster/roster.ts'
import type { Channel } from './ports.ts'

/**
 * A person, or whoever is on duty for the role; all its holders when nobody is, because a page that reaches
 * the wrong people is better than one that reaches nobody. Suspended people hear nothing.
 */
export function recipientsOf(
  to: Recipient,
  people: readonly Person[],
  onDuty: readonly Shift[],
): readonly Person[] {
  const active = people.filter(({ state }) => state === 'active')
  if ('person' in to) return active.filter(({ id }) => id === to.person)
  const holders = active.filter(({ roles }) => (roles as readonly string[]).includes(to.role))
  const duty = holders.filter(({ id }) =>
    onDuty.some((shift) => shift.role === to.role && shift.person === id),
  )
  return duty.length > 0 ? duty : holders
}

export type Planned = { readonly channel: string; readonly person?: string }

/** `hasAddress` says whether a personal channel knows where to find the person. */
export function route(
  notice: Pick<Notice, 'urgency' | 'to'>,
  channels: readonly Channel[],
  recipients: readonly Person[],
  hasAddress: (channel: Channel, person: Person) => boolean,
): readonly Planned[] {
  const open = channels.filter(({ takes }) => takes === 'everything' || notice.urgency === 'page')
  return open.flatMap((channel): readonly Planned[] => {
    const meant = recipients.filter((person) => concerns(channel, notice.to, person))
    if (channel.isPersonal) {
      const reachable = meant.filter((person) => hasAddress(channel, person))
      return reachable.map(({ id }) => ({ channel: channel.id, person: id }))
    }
    return meant.length === 0 ? [] : [{ channel: channel.id }]
  })
}

/** A notice for a role concerns the channels of that role; one for a person, those of any role they hold. */
function concerns({ roles }: Channel, to: Recipient, person: Person): boolean {
  if (roles.length === 0) return true
  if ('role' in to) return (roles as readonly string[]).includes(to.role)
  return person.roles.some((held) => roles.includes(held))
}
