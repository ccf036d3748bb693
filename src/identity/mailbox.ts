/**
 * Whether an address looks like something that is not one person: a team, a queue, an alert or a program. Who
 * answers for a decision is somebody (R133); an address many read, or none, would make it nobody.
 */

/** The part before the `@`, whole. */
const GROUPS =
  /^(?:soc|csirt|cert|security|secops|infosec|alerts?|alarms?|info|support|help-?desk|service-?desk|teams?|on-?call|queue|inbox|tickets?|incidents?|abuse|postmaster|root|admins?|no-?reply|do-?not-?reply|mailer-daemon|siem|soar|edr|xdr|bots?|agents?|automation)$/
/** A word of it, set off by punctuation. */
const PARTS =
  /(?:^|[-_.])(?:svc|bot|agent|alerts?|queue|team|group|list|distribution|dl|noreply|shared|mailbox)(?:[-_.]|$)/

export function isGroupMailbox(email: string): boolean {
  const [local = ''] = email.toLowerCase().split('@')
  const name = local.split('+')[0] ?? local
  return GROUPS.test(name) || PARTS.test(name)
}
