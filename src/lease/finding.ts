/**
 * What is wrong with a credential though it was lent: the backend gave more than was asked for. A finding goes on
 * record by its kind; the lender decides whether the credential is used at all.
 */

export const LEASE_FINDINGS = [
  /** It may do more, or on more, than the scope asks for. */
  'broader_than_asked',
  /** The backend ends it later than asked; only taking it back ends it in time. */
  'outlives_lease',
] as const
export type LeaseFindingKind = (typeof LEASE_FINDINGS)[number]

export type LeaseFinding = {
  readonly kind: LeaseFindingKind
  /** For people: which permission, how long. Never a secret, and nothing a backend said word for word. */
  readonly detail: string
}
