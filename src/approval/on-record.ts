/**
 * Whether the ledger says what a row says. Roles and certificates are rows that somebody who can write the
 * database could make or change; the entry that recorded them cannot be changed without the log showing it. So a
 * row names its entry, and counts only where that entry says the same of the same person (R131). An entry that was
 * exchanged below the head of the log is for the check of the log to find, not for this.
 */
import type { Certificate, Person } from '../identity/person.ts'
import { instantText } from '../kernel/clock.ts'
import type { JsonObject } from '../kernel/strict-json.ts'

/** What the entries say that rows name, by their id. An entry that is not in the log is not in here. */
export type Stated = ReadonlyMap<string, JsonObject>

/**
 * Ids of the people and certificates whose row the ledger does not bear out. A row that names no entry is one of
 * them: whatever was there before rows named their entries was given its name from the log (migration 0021).
 */
export function unrecorded(
  people: readonly Person[],
  certificates: readonly Certificate[],
  stated: Stated,
): readonly string[] {
  const rows = [
    ...people.filter((person) => !saysRoles(stated.get(person.rolesEntry ?? ''), person)),
    ...certificates.filter((held) => !saysCertificate(stated.get(held.entry ?? ''), held)),
  ]
  return rows.map(({ id }) => id)
}

function saysRoles(said: JsonObject | undefined, { id, roles }: Person): boolean {
  if (said === undefined || said.person !== id || !Array.isArray(said.roles)) return false
  return said.roles.join() === roles.join()
}

/** Entries from before migration 0021 name the certificate alone; its class and end they hold sealed. */
function saysCertificate(
  said: JsonObject | undefined,
  { id, person, actionClass, expiresAtMs }: Certificate,
): boolean {
  if (said === undefined || said.person !== person || said.certificate !== id) return false
  if (said.class === undefined && said.expires === undefined) return true
  return said.class === actionClass && said.expires === instantText(expiresAtMs)
}
