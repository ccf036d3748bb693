/**
 * Whether what is shown is what a yes would sign. The digests are computed here, from the very values on the
 * screen, so that a gateway, or whoever sits in between, cannot show one thing and have another signed.
 */
import type { Approval } from '../api/wire.ts'

/** Resolves to false for anything that does not fit, an erased part included. */
export async function isWhatIsSigned(request: Approval): Promise<boolean> {
  if (request.statement.state !== 'present' || request.package.state !== 'present') return false
  const statement = request.statement.value as Readonly<Record<string, unknown>>
  const [signed, evidence, toSign] = await Promise.all([
    digestOf('countersign-action-v1', statement),
    digestOf('countersign-evidence-v1', request.package.value),
    digestToSign(request),
  ])
  return (
    signed === request.action_digest &&
    statement.request === request.id &&
    statement.action === request.action &&
    statement.evidence === evidence &&
    request.signs.digest === toSign
  )
}

/** What the key signs: the action digest, or one that says how often this person signed it before. */
async function digestToSign({ action_digest, signs: { again } }: Approval): Promise<string> {
  if (again === 0) return action_digest
  return digestOf('countersign-again-v1', { v: 1, action_digest, again })
}

/** As the gateway and the verifier compute it: the purpose, a line feed, the canonical value. */
export async function digestOf(purpose: string, value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(`${purpose}\n${canonical(value)}`)
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return `sha256:${[...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

/** RFC 8785. Its spelling of strings and numbers is ECMAScript's own; what is left is the order of members. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join(',')}}`
}
