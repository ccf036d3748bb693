/** Which requests a group is of, as it stands in the address: `?members=a,b&except=c`. */

export type GroupSearch = { readonly members: string; readonly except?: string | undefined }

const IDS = /^[\w-]{1,64}(?:,[\w-]{1,64}){0,24}$/

export function readGroupSearch(given: Readonly<Record<string, unknown>>): GroupSearch {
  return { members: idsIn(given.members) ?? '', except: idsIn(given.except) }
}

function idsIn(value: unknown): string | undefined {
  return typeof value === 'string' && IDS.test(value) ? value : undefined
}

export function idList(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(',')
}
