/** What people put under a request; part of the port `ApprovalStore`. */
import type { Kysely } from 'kysely'
import type { ApprovalStore } from '../approval/ports.ts'
import type { Signature } from '../approval/request.ts'
import type { Role } from '../identity/person.ts'
import { Failure } from '../kernel/failure.ts'
import { requestOf } from './approval-row.ts'
import { present } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export type SignatureStore = Pick<
  ApprovalStore,
  | 'signatures'
  | 'signaturesOf'
  | 'addSignature'
  | 'withdrawSignature'
  | 'timesSigned'
  | 'timesSignedBy'
  | 'pendingSignedWith'
>

export function createSignatureStore(access: Access): SignatureStore {
  return {
    pendingSignedWith: async (tx, passkey) => {
      const { tenant, db } = access.open(tx)
      const rows = await db
        .selectFrom('approval_request as asked')
        .innerJoin('approval_signature as given', (join) =>
          join.onRef('asked.tenant', '=', 'given.tenant').onRef('asked.id', '=', 'given.request'),
        )
        .selectAll('asked')
        .where('asked.tenant', '=', tenant)
        .where('asked.state', '=', 'pending')
        .where('given.passkey', '=', passkey)
        .where('given.withdrawn_at_ms', 'is', null)
        .orderBy('asked.id')
        .execute()
      return rows.map(requestOf)
    },
    signaturesOf: (tenant, request) => signaturesIn(access.read(tenant), tenant, request),
    withdrawSignature: async (tx, request, person, atMs) => {
      const { tenant, db } = access.open(tx)
      await db
        .updateTable('approval_signature')
        .set({ withdrawn_at_ms: atMs })
        .where('tenant', '=', tenant)
        .where('request', '=', request)
        .where('person', '=', person)
        .execute()
    },
    timesSigned: async (tx, request, person) => {
      const { tenant, db } = access.open(tx)
      return timesIn(db, tenant, request, person)
    },
    timesSignedBy: (tenant, request, person) =>
      timesIn(access.read(tenant), tenant, request, person),
    signatures: async (tx, request) => {
      const { tenant, db } = access.open(tx)
      return signaturesIn(db, tenant, request)
    },
    /** Throws `conflict` when a signature of the person stands: needs are met by different people. */
    addSignature: async (tx, signature) => {
      const { tenant, db } = access.openFor(tx, signature.tenant)
      const { request, person } = signature
      const earlier = await timesIn(db, tenant, request, person)
      const row = { ...rowOf(signature), times: earlier + 1 }
      const added = await db
        .insertInto('approval_signature')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(['tenant', 'request', 'person'])
            .doUpdateSet(row)
            .where('approval_signature.withdrawn_at_ms', 'is not', null),
        )
        .executeTakeFirst()
      if (added.numInsertedOrUpdatedRows !== 1n) {
        throw new Failure('conflict', 'the person has signed this request already')
      }
    },
  }
}

async function signaturesIn(
  db: Kysely<DB>,
  tenant: string,
  request: string,
): Promise<readonly Signature[]> {
  const rows = await db
    .selectFrom('approval_signature')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('request', '=', request)
    .where('withdrawn_at_ms', 'is', null)
    .orderBy('at_ms')
    .orderBy('person')
    .execute()
  return rows.map(signatureOf)
}

async function timesIn(
  db: Kysely<DB>,
  tenant: string,
  request: string,
  person: string,
): Promise<number> {
  const row = await db
    .selectFrom('approval_signature')
    .select('times')
    .where('tenant', '=', tenant)
    .where('request', '=', request)
    .where('person', '=', person)
    .executeTakeFirst()
  return row === undefined ? 0 : (row.times ?? 1)
}

function rowOf(signature: Signature): Omit<DB['approval_signature'], 'times'> {
  return {
    tenant: signature.tenant,
    request: signature.request,
    person: signature.person,
    role: signature.role,
    certificate: signature.certificate ?? null,
    held_as: signature.heldAs ?? null,
    delegation: signature.delegation ?? null,
    passkey: signature.passkey ?? null,
    at_ms: signature.atMs,
    withdrawn_at_ms: null,
  }
}

function signatureOf(row: DB['approval_signature']): Signature {
  return {
    tenant: row.tenant,
    request: row.request,
    person: row.person,
    role: row.role as Role,
    ...present('heldAs', row.held_as as Role | null),
    ...present('delegation', row.delegation),
    ...present('certificate', row.certificate),
    ...present('passkey', row.passkey),
    atMs: row.at_ms,
  }
}
