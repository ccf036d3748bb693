/** The people's side over REST, with the token each of them holds. */
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { signedBy } from './passkeys.ts'
import type { Plane, Reach, TestPerson } from './plane.ts'

export type RestAnswer = {
  readonly status: number
  readonly body: Readonly<Record<string, never>> & Record<string, unknown>
}

export async function rest(
  plane: Pick<Reach, 'gateway'>,
  person: TestPerson | undefined,
  method: string,
  path: string,
  body?: unknown,
): Promise<RestAnswer> {
  const response = await fetch(`${plane.gateway.baseUrl}${path}`, {
    method,
    headers: {
      ...(person === undefined ? {} : { authorization: `Bearer ${person.token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return { status: response.status, body: isJson ? JSON.parse(text) : { text } } as RestAnswer
}

/** The names of what the package says the decision may set off. */
export function consequencesIn(request: Readonly<Record<string, unknown>>): readonly string[] {
  const { value } = request.package as { value?: { consequences?: object } }
  return Object.keys(value?.consequences ?? {})
}

/** What a yes carries beside its reason. */
function yesOf(
  { gateway }: Pick<Reach, 'gateway'>,
  person: TestPerson,
  shown: Readonly<Record<string, unknown>>,
) {
  if (typeof shown.action_digest !== 'string') return {}
  const acknowledged = consequencesIn(shown)
  const { digest } = shown.signs as { readonly digest: string }
  return { acknowledged, ...signedBy(gateway.baseUrl, person, digest) }
}

/** Reads the request as the person would, then decides on exactly what was read. */
export async function decide(
  plane: Pick<Reach, 'gateway'>,
  person: TestPerson,
  verb: 'approve' | 'deny',
  approvalId: string,
  reason = 'checked the evidence',
  /** Called when everything is read and signed, and the decision leaves. */
  leaving: () => void = () => undefined,
): Promise<RestAnswer> {
  const shown = await rest(plane, person, 'GET', `/api/v1/approvals/${approvalId}`)
  const decision = {
    seen_digest: shown.body.action_digest,
    reason,
    ...(verb === 'approve' ? yesOf(plane, person, shown.body) : {}),
  }
  leaving()
  return rest(plane, person, 'POST', `/api/v1/approvals/${approvalId}/${verb}`, decision)
}

/** Says by name that evidence of a target may be lost; without it, what destroys it is refused unasked (R132). */
export function waiveEvidence(
  plane: Pick<Plane, 'gateway' | 'caseId' | 'dana'>,
  target: { readonly kind: string; readonly id: string },
  body: JsonObject = {},
  person: TestPerson = plane.dana,
): Promise<RestAnswer> {
  return rest(plane, person, 'POST', `/api/v1/cases/${plane.caseId}/evidence-waivers`, {
    target,
    waives: ['evidence-preserved', 'impact-checked'],
    reason: 'the host is encrypting its shares right now',
    ...body,
  })
}

/** As `decide` for a yes, by somebody who takes the request over first where it is not theirs. */
export async function approveAsOwner(
  plane: Parameters<typeof decide>[0],
  person: TestPerson,
  approvalId: string,
): Promise<RestAnswer> {
  const first = await decide(plane, person, 'approve', approvalId)
  if (first.body.failing !== 'not_owner') return first
  const { action_digest: digest } = first.body.approval as unknown as { action_digest: string }
  const body = { seen_digest: digest, reason: 'I have the context' }
  await rest(plane, person, 'POST', `/api/v1/approvals/${approvalId}/take-over`, body)
  return decide(plane, person, 'approve', approvalId)
}
