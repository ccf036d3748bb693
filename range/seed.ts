/**
 * The people, things and cases of the practice range, as plain data. A gateway that wants to play with the
 * range loads them by its own means; the range's own servers start from the same rows, so both sides speak of
 * the same accounts and cases. Everything here is invented.
 */

export type SeedPerson = {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly roles: readonly string[]
}

/** Hours are relative to the start of the range, so that somebody is always on call while it runs. */
export type SeedShift = {
  readonly id: string
  readonly role: string
  readonly person: string
  readonly fromHours: number
  readonly toHours: number
  /** 0 is primary, 1 the first backup. */
  readonly precedence: number
}

export type SeedCertificate = {
  readonly id: string
  readonly person: string
  /** An effect (`contain`, `identity`) or one action. */
  readonly actionClass: string
  readonly issuer: string
  readonly validDays: number
}

export type SeedAsset = {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly criticality: number
  readonly environment: 'production' | 'staging' | 'lab'
  readonly isNeverTouch: boolean
  readonly labels: readonly string[]
}

export type SeedCase = {
  readonly ref: string
  readonly title: string
  readonly state: 'open' | 'closed'
  /** 1 is the worst, 5 the mildest. */
  readonly severity: number
  readonly tags: readonly string[]
  readonly assignee: string
}

export type SeedAccount = {
  readonly name: string
  readonly displayName: string
  /** A practice password: it opens nothing but the range's own login page. */
  readonly password: string
  readonly groups: readonly string[]
}

export type SeedAgent = {
  readonly name: string
  readonly subject: string
  readonly owner: string
  readonly mode: 'supervised'
  readonly purpose: 'respond'
  readonly grants: readonly string[]
}

// biome-ignore format: a table reads best with one row per line
export const PEOPLE = [
  { id: 'dana', name: 'Dana Okafor', email: 'dana.okafor@range.example', roles: ['shift-lead', 'analyst'] },
  { id: 'priya', name: 'Priya Raman', email: 'priya.raman@range.example', roles: ['analyst'] },
  { id: 'tomas', name: 'Tomas Silva', email: 'tomas.silva@range.example', roles: ['incident-commander'] },
  { id: 'mei', name: 'Mei Lin', email: 'mei.lin@range.example', roles: ['identity-owner'] },
  { id: 'jonas', name: 'Jonas Berg', email: 'jonas.berg@range.example', roles: ['platform-engineer'] },
  { id: 'ines', name: 'Ines Haddad', email: 'ines.haddad@range.example', roles: ['shift-lead'] },
  { id: 'omar', name: 'Omar Idris', email: 'omar.idris@range.example', roles: ['auditor'] },
] as const satisfies readonly SeedPerson[]

// biome-ignore format: a table reads best with one row per line
export const SHIFTS = [
  { id: 'shift-lead-now', role: 'shift-lead', person: 'dana', fromHours: -4, toHours: 8, precedence: 0 },
  { id: 'shift-lead-backup', role: 'shift-lead', person: 'ines', fromHours: -4, toHours: 8, precedence: 1 },
  { id: 'analyst-now', role: 'analyst', person: 'priya', fromHours: -4, toHours: 8, precedence: 0 },
  { id: 'commander-now', role: 'incident-commander', person: 'tomas', fromHours: -12, toHours: 12, precedence: 0 },
  { id: 'identity-now', role: 'identity-owner', person: 'mei', fromHours: -12, toHours: 12, precedence: 0 },
  { id: 'platform-now', role: 'platform-engineer', person: 'jonas', fromHours: -12, toHours: 12, precedence: 0 },
] as const satisfies readonly SeedShift[]

// biome-ignore format: a table reads best with one row per line
export const CERTIFICATES = [
  { id: 'cert-dana-contain', person: 'dana', actionClass: 'contain', issuer: 'range-academy', validDays: 365 },
  { id: 'cert-dana-write', person: 'dana', actionClass: 'write', issuer: 'range-academy', validDays: 365 },
  { id: 'cert-dana-influence', person: 'dana', actionClass: 'influence', issuer: 'range-academy', validDays: 365 },
  { id: 'cert-ines-contain', person: 'ines', actionClass: 'contain', issuer: 'range-academy', validDays: 365 },
  { id: 'cert-priya-influence', person: 'priya', actionClass: 'influence', issuer: 'range-academy', validDays: 365 },
  { id: 'cert-tomas-contain', person: 'tomas', actionClass: 'contain', issuer: 'range-academy', validDays: 365 },
  { id: 'cert-tomas-identity', person: 'tomas', actionClass: 'identity', issuer: 'range-academy', validDays: 365 },
  { id: 'cert-tomas-influence', person: 'tomas', actionClass: 'influence', issuer: 'range-academy', validDays: 365 },
  { id: 'cert-mei-identity', person: 'mei', actionClass: 'identity', issuer: 'range-academy', validDays: 365 },
] as const satisfies readonly SeedCertificate[]

/** The account that opens every door when all others fail. Nobody and nothing may lock it. */
export const BREAK_GLASS_ACCOUNT = 'break-glass-01'

// biome-ignore format: a table reads best with one row per line
export const ASSETS = [
  { id: 'asset-shop', kind: 'device', name: 'web-shop', criticality: 4, environment: 'production', isNeverTouch: false, labels: ['availability-critical'] },
  { id: 'asset-labsz', kind: 'device', name: 'labsz', criticality: 2, environment: 'lab', isNeverTouch: false, labels: [] },
  { id: 'asset-fztu', kind: 'account', name: 'fztu', criticality: 1, environment: 'lab', isNeverTouch: false, labels: [] },
  { id: 'asset-contractor', kind: 'account', name: 'contractor-07', criticality: 1, environment: 'lab', isNeverTouch: false, labels: [] },
  { id: 'asset-svc-backup', kind: 'account', name: 'svc-backup', criticality: 4, environment: 'production', isNeverTouch: false, labels: ['privileged'] },
  { id: 'asset-break-glass', kind: 'account', name: BREAK_GLASS_ACCOUNT, criticality: 5, environment: 'production', isNeverTouch: true, labels: ['break-glass', 'privileged'] },
] as const satisfies readonly SeedAsset[]

/** The case the scripted agent works on. */
export const CASE_REF = 'INC-482'

// biome-ignore format: a table reads best with one row per line
export const CASES = [
  { ref: CASE_REF, title: 'SSH brute force on LabSZ', state: 'open', severity: 2, tags: ['brute-force', 'ssh'], assignee: 'priya' },
  { ref: 'INC-479', title: 'Suspicious mail rule of a contractor', state: 'open', severity: 4, tags: ['mail'], assignee: 'priya' },
  { ref: 'INC-455', title: 'Scanner noise on the shop', state: 'closed', severity: 5, tags: ['scan'], assignee: 'dana' },
] as const satisfies readonly SeedCase[]

// biome-ignore format: a table reads best with one row per line
export const ACCOUNTS = [
  { name: 'fztu', displayName: 'F. Z. Tu, lab', password: 'practice-fztu', groups: ['lab'] },
  { name: 'contractor-07', displayName: 'Contractor 07', password: 'practice-contractor', groups: ['lab', 'vpn'] },
  { name: 'svc-backup', displayName: 'Backup service', password: 'practice-backup', groups: ['backup-operators'] },
  { name: BREAK_GLASS_ACCOUNT, displayName: 'Emergency access', password: 'practice-break-glass', groups: ['domain-admins'] },
] as const satisfies readonly SeedAccount[]

/** The scripted agent. `extras` is granted on purpose: a grant does not replace a review of the tool. */
export const AGENT = {
  name: 'triage',
  subject: 'spiffe://range.example/agent/triage',
  owner: 'jonas',
  mode: 'supervised',
  purpose: 'respond',
  grants: ['logs/*', 'firewall/*', 'directory/*', 'desk/*', 'evidence/*', 'entities/*', 'extras/*'],
} as const satisfies SeedAgent
