/** People, their API tokens (hashed) and their certificates (port `PersonStore`). */
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Person, Role } from '../identity/person.ts'
import type { PersonStore } from '../identity/ports.ts'
import { raiseRevision } from './revision-store.ts'
import { atMost, fromJson, jsonText } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createPersonStore(access: Access): PersonStore {
  const byId = async (tenant: string, id: string): Promise<Person | undefined> => {
    const row = await personRows(access.read(tenant), tenant)
      .where('person.id', '=', id)
      .executeTakeFirst()
    return row === undefined ? undefined : personOf(row)
  }
  return {
    byId,
    list: async (tenant) => {
      const rows = await personRows(access.read(tenant), tenant).orderBy('person.name').execute()
      return rows.map(personOf)
    },
    byTokenHash: async (tokenHash) => {
      const found = await access
        .readAll()
        .selectFrom('person_token')
        .select(['tenant', 'person'])
        .where('token_hash', '=', tokenHash)
        .limit(atMost(2))
        .execute()
      const [only, ...more] = found
      // The hash of a random token names one person; if it ever named two, it names nobody.
      return only === undefined || more.length > 0 ? undefined : byId(only.tenant, only.person)
    },
    certificates: async (tenant, person) => {
      const rows = await access
        .read(tenant)
        .selectFrom('certificate')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('person', '=', person)
        .orderBy('id')
        .execute()
      return rows.map(({ action_class, expires_at_ms, entry, ...rest }) => ({
        ...rest,
        actionClass: action_class,
        expiresAtMs: expires_at_ms,
        ...(entry === null ? {} : { entry }),
      }))
    },
    ...personWrites(access),
  }
}

function personWrites(
  access: Access,
): Pick<PersonStore, 'put' | 'putTokenHash' | 'putCertificate'> {
  return {
    put: async (tx, person) => {
      const open = access.openFor(tx, person.tenant)
      const { tenant, id, name, email, state } = person
      const roles = { roles: jsonText(person.roles), roles_entry: person.rolesEntry ?? null }
      const values = { name, email, state, ...roles }
      await open.db
        .insertInto('person')
        .values({ tenant, id, ...values })
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet(values))
        .execute()
      await raiseRevision(open, `person/${id}`)
    },
    /** A person has one token; a new one revokes the one before. */
    putTokenHash: async (tx, tenant, person, tokenHash) => {
      const { db } = access.openFor(tx, tenant)
      await db
        .insertInto('person_token')
        .values({ tenant, person, token_hash: tokenHash })
        .onConflict((conflict) =>
          conflict.columns(['tenant', 'person']).doUpdateSet({ token_hash: tokenHash }),
        )
        .execute()
    },
    putCertificate: async (tx, certificate) => {
      const open = access.openFor(tx, certificate.tenant)
      const { tenant, id, person, issuer } = certificate
      const values = {
        person,
        issuer,
        action_class: certificate.actionClass,
        expires_at_ms: certificate.expiresAtMs,
        entry: certificate.entry ?? null,
      }
      await open.db
        .insertInto('certificate')
        .values({ tenant, id, ...values })
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet(values))
        .execute()
      await raiseRevision(open, `person/${person}`)
    },
  }
}

function personRows(db: Kysely<DB>, tenant: string) {
  return db
    .selectFrom('person')
    .leftJoin('fact_revision as fact', (join) =>
      join
        .onRef('fact.tenant', '=', 'person.tenant')
        .on('fact.key', '=', sql`'person/' || person.id`),
    )
    .selectAll('person')
    .select('fact.revision')
    .where('person.tenant', '=', tenant)
}

function personOf(row: DB['person'] & { readonly revision: number | null }): Person {
  return {
    tenant: row.tenant,
    id: row.id,
    name: row.name,
    email: row.email,
    roles: fromJson<readonly Role[]>(row.roles),
    state: row.state as Person['state'],
    revision: row.revision ?? 0,
    ...(row.roles_entry === null ? {} : { rolesEntry: row.roles_entry }),
  }
}
