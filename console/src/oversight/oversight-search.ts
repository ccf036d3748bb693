/** How many days back, in the address. */

export const SPANS = [7, 28, 92] as const
export type OversightSearch = { readonly days?: number | undefined }

export function readOversightSearch({ days }: Readonly<Record<string, unknown>>): OversightSearch {
  const wanted = Number(days)
  return { days: SPANS.find((span) => span === wanted) }
}
