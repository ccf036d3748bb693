/** Reads the record of a case the way an auditor gets it: the export file, verified before it is believed. */
import { readEntry } from '../../src/ledger/read-entry.ts'
import { parseExport } from '../../src/ledger/read-export.ts'
import { verifyExport } from '../../src/verify/verify.ts'
import { rest } from '../harness/people.ts'
import type { Plane } from '../harness/plane.ts'

export type RecordedEntry = {
  readonly index: number
  readonly id: string
  readonly type: string
  readonly actor: { readonly kind: string; readonly id: string }
  readonly task: string | undefined
  readonly call: string | undefined
  readonly cites: readonly string[]
  readonly data: Readonly<Record<string, unknown>>
  /** Disclosed payloads as text, by name. */
  readonly payloads: Readonly<Record<string, string>>
  /** Length of its own inclusion path. */
  readonly pathLength: number
}

/** The bytes of the export, over REST, as the shift lead may ask for it. */
export async function exportBytes(plane: Plane, caseRef: string): Promise<Uint8Array> {
  const response = await fetch(`${plane.gateway.baseUrl}/api/v1/cases/${caseRef}/export`, {
    method: 'POST',
    headers: { authorization: `Bearer ${plane.dana.token}` },
  })
  if (response.status !== 200) throw new Error(`no export: ${await response.text()}`)
  return new Uint8Array(await response.arrayBuffer())
}

/** The operator's public key as a C2SP trust policy. */
export async function trustPolicy(plane: Plane): Promise<string> {
  const { body } = await rest(plane, plane.dana, 'GET', '/api/v1/ledger/checkpoint')
  return `log ${body.verifier_key}\nquorum none\n`
}

export async function readRecord(plane: Plane, caseRef: string): Promise<readonly RecordedEntry[]> {
  const bytes = await exportBytes(plane, caseRef)
  const verdict = verifyExport(bytes, await trustPolicy(plane))
  if (verdict.exitCode !== 0) throw new Error(JSON.stringify(verdict.checks))
  return parseExport(bytes).entries.map(({ index, bytes: entryBytes, path, disclosures }) => {
    const read = readEntry(entryBytes)
    if (!read.ok) throw new Error(read.fault)
    const { id, type, actor, task, call, cites, data } = read.entry
    const disclosed = Object.entries(disclosures).flatMap(([name, each]) =>
      each.state === 'disclosed' ? [[name, new TextDecoder().decode(each.payload)] as const] : [],
    )
    return {
      index,
      id,
      type,
      actor,
      task,
      call,
      cites: (cites ?? []).map((cite) => cite.id),
      data,
      payloads: Object.fromEntries(disclosed),
      pathLength: path.length,
    }
  })
}
