/** A proposal somebody was sent, as base64url of its JSON in the address. It is only ever data in a form. */

export type StandingSearch = { readonly plan?: string | undefined }

export function readStandingSearch({ plan }: Readonly<Record<string, unknown>>): StandingSearch {
  return { plan: typeof plan === 'string' && /^[\w-]{1,2000}$/.test(plan) ? plan : undefined }
}

/** The text of the proposal, laid out; empty when there is none or it is no JSON. */
export function proposalText({ plan }: StandingSearch): string {
  if (plan === undefined) return ''
  try {
    const bytes = Uint8Array.from(atob(plan.replaceAll('-', '+').replaceAll('_', '/')), (each) =>
      each.charCodeAt(0),
    )
    return JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)), undefined, 2)
  } catch {
    return ''
  }
}
