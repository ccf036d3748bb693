/** The form in which a tool server is given a credential, and which part of it goes where. */

/** Where a secret goes on its way to the tool server. Values name fields of the material. */
export type Placement =
  | { readonly kind: 'bearer'; readonly field: string }
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'environment'; readonly variables: Readonly<Record<string, string>> }

/** What the adapter of the tool server injects; never seen by the agent, never logged. */
export type LeaseSecret = {
  readonly kind: 'bearer' | 'basic' | 'headers' | 'environment' | 'none'
  readonly value: Readonly<Record<string, string>>
  /** The lease it was borrowed under. What is opened with it is closed after the one call it is for. */
  readonly lease?: string
}
