/** The request whose decision is explained, in the address. */

export type PolicySearch = { readonly request?: string | undefined }

export function readPolicySearch({ request }: Readonly<Record<string, unknown>>): PolicySearch {
  return {
    request: typeof request === 'string' && /^[\w-]{1,64}$/.test(request) ? request : undefined,
  }
}
