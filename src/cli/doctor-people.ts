/**
 * Whether people are there for what policy may ask: each role it can name is held by somebody active, certified
 * and on duty now and for the next day. A role nobody can fill is a call that can only expire.
 */
import { createCedarEngine } from '../adapters/cedar-engine.ts'
import { readPolicyTexts } from '../adapters/policy-files.ts'
import type { Bundle, Thresholds } from '../policy/bundle.ts'
import { readBundle } from '../policy/read-bundle.ts'
import { rolesAsked } from '../policy/roles-asked.ts'
import { type CheckResult, failed, ok, warning } from './doctor-check.ts'
import type { Installation } from './installation.ts'
import { spanText } from './time-text.ts'

const HOUR_MS = 3_600_000
/** Whoever looks at the doctor in the morning sees the coming night. */
const HOURS_AHEAD = 24

export type PolicyLook = {
  readonly results: readonly CheckResult[]
  readonly roles: readonly string[]
}

/** Loads the active bundle as the gateway does. Throws `policy_invalid`. */
export async function checkActivePolicy(
  installation: Installation,
  floorDir: string,
  nowMs: number,
): Promise<PolicyLook> {
  const text = await installation.bundleText()
  if (text === undefined) {
    const next = 'Run countersign policy publish.'
    return {
      results: [failed('policy', 'no policy is active, so everything is denied', next)],
      roles: [],
    }
  }
  const loaded = createCedarEngine(readPolicyTexts(floorDir)).loadBundle(readBundle(text))
  const results = [
    enforcementResult(loaded.bundle, nowMs),
    reviewResult(loaded.bundle.thresholds, nowMs),
  ]
  return { results, roles: rolesAsked(loaded.bundle.owners, loaded.heads) }
}

function enforcementResult({ sequence, policies, monitored }: Bundle, nowMs: number): CheckResult {
  const open = monitored
    .filter(({ expiresAtMs }) => expiresAtMs > nowMs)
    .map(({ action }) => action)
  if (open.length === 0) {
    return ok(
      'policy',
      `version ${sequence}, ${Object.keys(policies).length} policies, all enforced`,
    )
  }
  const next = 'Publish a policy without monitored.json when you have seen enough.'
  return warning(
    'policy',
    `version ${sequence} lets pass what it only monitors: ${open.join(', ')}`,
    next,
  )
}

/** The risk thresholds are a document with an owner and a date by which somebody looks at it again (R35). */
function reviewResult({ version, owner, reviewBy }: Thresholds, nowMs: number): CheckResult {
  const detail = `version ${version} of ${owner}, to be reviewed by ${reviewBy}`
  const isDue = !(Date.parse(reviewBy) >= nowMs)
  const next = 'Review thresholds.json, set a new reviewBy, and run countersign policy publish.'
  return isDue ? failed('thresholds', `${detail}: overdue`, next) : ok('thresholds', detail)
}

export async function checkRoles(
  installation: Installation,
  roles: readonly string[],
  nowMs: number,
): Promise<readonly CheckResult[]> {
  const people = (await installation.people()).filter(({ state }) => state === 'active')
  const duty = await dutyAhead(installation, nowMs)
  const results: CheckResult[] = []
  for (const role of roles) {
    const holders = people.filter((person) => person.roles.includes(role))
    const certified = await Promise.all(holders.map(({ id }) => installation.certified(id)))
    const isCertified = certified.flat().some((endsMs) => endsMs > nowMs)
    results.push(
      roleResult(
        role,
        holders.map(({ name }) => name),
        isCertified,
        duty,
      ),
    )
  }
  return results
}

/** Roles on duty at each hour from now. */
async function dutyAhead(
  installation: Installation,
  nowMs: number,
): Promise<readonly ReadonlySet<string>[]> {
  const hours = Array.from({ length: HOURS_AHEAD + 1 }, (_, hour) => nowMs + hour * HOUR_MS)
  const shifts = await Promise.all(hours.map((atMs) => installation.onDuty(atMs)))
  return shifts.map((at) => new Set(at.map(({ role }) => role)))
}

function roleResult(
  role: string,
  holders: readonly string[],
  isCertified: boolean,
  duty: readonly ReadonlySet<string>[],
): CheckResult {
  const name = `role ${role}`
  if (holders.length === 0) {
    const next = `Run countersign person register --role ${role} ..., or change who owns the class.`
    return failed(
      name,
      'policy can ask for it and nobody holds it: such calls can only expire',
      next,
    )
  }
  if (!isCertified) {
    return failed(
      name,
      `nobody who holds it is certified for anything`,
      'Run countersign person certify.',
    )
  }
  const gap = duty.findIndex((roles) => !roles.has(role))
  if (gap === 0) return failed(name, 'nobody is on duty now', 'Run countersign roster add.')
  if (gap === -1 && holders.length === 1) {
    const next = `Run countersign person register --role ${role} ..., and certify them.`
    return warning(name, `${holders[0]} alone holds it: nobody can take over`, next)
  }
  if (gap > 0) {
    return warning(
      name,
      `nobody is on duty in ${spanText(gap * HOUR_MS)}`,
      'Run countersign roster add.',
    )
  }
  return ok(name, `${holders.join(', ')}; covered for ${HOURS_AHEAD} hours`)
}

/** What the rota of the month ahead lacks; what is missing today is a failure of its role (R145). */
export async function checkCoverage(installation: Installation): Promise<CheckResult> {
  const { fromMs, gaps, staleFeeds } = await installation.coverage()
  if (staleFeeds.length > 0) {
    const next = 'See the log of the gateway, and docs/guides/rosters.md.'
    return warning('rota', `cannot be read, so it may be old: ${staleFeeds.join(', ')}`, next)
  }
  const [first] = gaps.toSorted((a, b) => a.fromMs - b.fromMs)
  if (first === undefined) return ok('rota', 'every gated class is covered for four weeks')
  const ahead = first.fromMs <= fromMs ? 'now' : `in ${spanText(first.fromMs - fromMs)}`
  return warning('rota', `first gap ${ahead}: ${first.role}`, 'Run countersign roster gaps.')
}
