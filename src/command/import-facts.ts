/** Certificates and assets from a file. */
import type { Asset } from '../case/asset.ts'
import type { Certificate, Person } from '../identity/person.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { actorOf, draft, jsonPayload } from './base.ts'
import {
  type CsvRow,
  cellReader,
  type ImportInput,
  type ImportPlan,
  type PlannedRow,
  rowByRow,
  type WrittenRow,
  wordsOf,
} from './import-parts.ts'
import { byEmail, emailOf } from './import-people.ts'
import {
  invalid,
  requireLabel,
  requireLabels,
  requireLine,
  requireWhole,
  requireWord,
} from './input.ts'
import type { KindDeps } from './kind-deps.ts'
import { ENVIRONMENTS } from './put-asset.ts'
import { certificateDraft } from './put-certificate.ts'

const DAY_MS = 24 * 3_600_000

/** Columns `email`, `class`, `issuer`, `expires` (the last day, UTC). */
export async function planCertificates(deps: KindDeps, input: ImportInput): Promise<ImportPlan> {
  const reader = cellReader()
  const known = await byEmail(deps, input.tenant)
  const rows: WrittenRow[] = []
  for (const row of input.rows) {
    const email = emailOf(reader, row, false)
    const actionClass = reader.cell(row, 'class', (text) => requireLabel('class', text))
    const issuer = reader.cell(row, 'issuer', (text) => requireLine('issuer', text, 200))
    const expiresAtMs = reader.cell(row, 'expires', (text) => endOf(text, deps.nowMs()))
    if (email === undefined || actionClass === undefined) continue
    if (issuer === undefined || expiresAtMs === undefined) continue
    const person = known.get(email)
    const before = reader.seenBefore(`${email} ${actionClass}`, row)
    if (before !== undefined) {
      const problem = `the same person and class as in line ${before}`
      reader.fault(row, 'class', problem, 'Keep one of the two.')
    } else if (person === undefined) {
      reader.fault(row, 'email', 'nobody here has this address', 'Import people first.')
    } else if (input.by.kind === 'person' && input.by.person.id === person.id) {
      reader.fault(row, 'email', 'nobody certifies themselves', 'Ask somebody else to import it.')
    } else {
      rows.push(
        await certificateRow(deps, input, row, person, { actionClass, issuer, expiresAtMs }),
      )
    }
  }
  return rowByRow(rows, reader.faults)
}

/** The end of the day, UTC. Throws `request_invalid`. */
function endOf(text: string, nowMs: number): number {
  const startMs = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  const isDay = !Number.isNaN(startMs) && new Date(startMs).toISOString().startsWith(text)
  if (!isDay) throw invalid('expires is no day of the calendar, written YYYY-MM-DD')
  if (startMs + DAY_MS <= nowMs) throw invalid('the certificate has expired already')
  return startMs + DAY_MS
}

async function certificateRow(
  deps: KindDeps,
  { tenant, by }: ImportInput,
  { line }: CsvRow,
  person: Person,
  of: Pick<Certificate, 'actionClass' | 'issuer' | 'expiresAtMs'>,
): Promise<WrittenRow> {
  const { actionClass, issuer, expiresAtMs } = of
  const what = `${person.email}: ${actionClass} until ${new Date(expiresAtMs).toISOString()}`
  const held = await deps.people.certificates(tenant, person.id)
  const isKnown = held.some(
    (one) =>
      one.actionClass === actionClass && one.issuer === issuer && one.expiresAtMs === expiresAtMs,
  )
  if (isKnown) return { line, change: 'unchanged', what }
  const write: WrittenRow['write'] = async (tx) => {
    const certificate: Certificate = { tenant, id: deps.nextId(), person: person.id, ...of }
    const entry = certificateDraft(deps, by, certificate)
    await deps.people.putCertificate(tx, { ...certificate, entry: entry.id })
    return entry
  }
  return { line, change: 'new', what, write }
}

const NEVER_TOUCH = { yes: true, no: false, true: true, false: false, '': false } as const

/** Columns `kind`, `name`, `criticality`, `environment`, and if wanted `never_touch`, `labels`. */
export async function planAssets(deps: KindDeps, input: ImportInput): Promise<ImportPlan> {
  const reader = cellReader()
  const { cell } = reader
  const known = new Map(
    (await deps.assets.list(input.tenant)).map((asset) => [`${asset.kind} ${asset.name}`, asset]),
  )
  const rows = input.rows.flatMap((row): AssetRow[] => {
    const kind = cell(row, 'kind', (text) => requireLabel('kind', text))
    const name = cell(row, 'name', (text) => requireLine('name', text, 255).toLowerCase())
    const criticality = cell(row, 'criticality', (text) =>
      requireWhole('criticality', text === '' ? Number.NaN : Number(text), 0, 5),
    )
    const environment = cell(row, 'environment', (text) =>
      requireWord('environment', text, ENVIRONMENTS),
    )
    const word = cell(row, 'never_touch', (text) =>
      requireWord('never_touch', text.toLowerCase(), ['yes', 'no', 'true', 'false', '']),
    )
    const labels = cell(row, 'labels', (text) => requireLabels('labels', wordsOf(text), 50))
    if (kind === undefined || name === undefined || criticality === undefined) return []
    if (environment === undefined || word === undefined || labels === undefined) return []
    const line = reader.seenBefore(`${kind} ${name}`, row)
    if (line !== undefined) {
      reader.fault(row, 'name', `the same asset as in line ${line}`, 'Keep one of the two.')
      return []
    }
    const isNeverTouch = NEVER_TOUCH[word as keyof typeof NEVER_TOUCH]
    const before = known.get(`${kind} ${name}`)
    return [
      assetRow(deps, input, row, before, {
        kind,
        name,
        criticality,
        environment,
        isNeverTouch,
        labels,
      }),
    ]
  })
  const write: ImportPlan['write'] = async (tx) => {
    const written = rows.map((row) => row.written())
    await deps.assets.putAll(
      tx,
      written.map(({ asset }) => asset),
    )
    return written.map(({ entry }) => entry)
  }
  return { rows, faults: reader.faults, write }
}

type AssetRow = PlannedRow & {
  /** What is put, and its entry. */
  readonly written: () => { readonly asset: Asset; readonly entry: EntryDraft }
}

function assetRow(
  deps: KindDeps,
  { tenant, by }: ImportInput,
  { line }: CsvRow,
  before: Asset | undefined,
  of: Pick<Asset, 'kind' | 'name' | 'criticality' | 'environment' | 'isNeverTouch' | 'labels'>,
): AssetRow {
  const { kind, name, criticality, environment, isNeverTouch, labels } = of
  const what = `${kind} ${name}`
  const flips = (before?.isNeverTouch ?? false) !== isNeverTouch
  // A report that says nothing new still says it now: the age of a fact counts.
  const written = () => {
    const asset: Asset = {
      ...{ tenant, id: before?.id ?? deps.nextId(), revision: before?.revision ?? 0 },
      ...of,
      observedAtMs: deps.nowMs(),
    }
    const entry = draft(deps, 'asset.changed', actorOf(by), {
      data: { asset: asset.id, kind, criticality, never_touch: isNeverTouch, source: 'import' },
      payloads: { asset: jsonPayload({ name, environment, labels }, 'operational') },
    })
    return { asset, entry }
  }
  return { line, change: before === undefined ? 'new' : 'changed', what, flips, written }
}
