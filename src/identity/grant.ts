/** The syntax of grants and scopes: `<upstream>/<name>` or `<upstream>/*` (R1). */
import { Failure } from '../kernel/failure.ts'
import { isGranted } from './agent.ts'

/** Upstream ids as in DESIGN 11; names as servers give them, without white space or control characters. */
const GRANT = /^[a-z0-9-]{1,20}\/[^\s\p{Cc}]{1,256}$/u
/** More than any server of the field offers; a grant list is something a person reads. */
const MAX_GRANTS = 500

/** Sorted, without repeats. Throws `request_invalid`. */
export function readGrants(offered: readonly string[]): readonly string[] {
  if (offered.length > MAX_GRANTS) {
    throw new Failure('request_invalid', `at most ${MAX_GRANTS} grants`)
  }
  for (const grant of offered) {
    const isWild = grant.endsWith('*')
    if (!GRANT.test(grant) || (isWild && !grant.endsWith('/*'))) {
      throw new Failure('request_invalid', 'a grant is <upstream>/<name> or <upstream>/*')
    }
  }
  return [...new Set(offered)].sort()
}

/** Whether the grants cover everything the item can mean; `u/*` is covered only by `u/*`. */
export function covers(grants: readonly string[], item: string): boolean {
  const slash = item.indexOf('/')
  return isGranted(grants, item.slice(0, slash), item.slice(slash + 1))
}
