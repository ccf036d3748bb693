/**
 * What an operator lets a broker lend for which tool, and how the targets of a call get into it. A tool nobody
 * wrote terms for borrows nothing.
 */
import { Failure } from '../kernel/failure.ts'
import type { BrokerCapabilities, IssueRequest } from '../lease/ports.ts'
import type { LeaseScope } from '../lease/scope.ts'

/** Exposed names of tools (`<upstream>__<tool>`); one that ends in `*` means all that begin so. */
export type TermsOf<T> = T & { readonly tools: readonly string[] }

/** The first terms that name the tool hold. Throws `broker_refused`. */
export function termsFor<T extends TermsOf<object>>(terms: readonly T[], { tool }: LeaseScope): T {
  const found = terms.find(({ tools }) => tools.some((name) => names(name, tool)))
  if (found !== undefined) return found
  throw new Failure('broker_refused', `nothing is lent for the tool ${tool}`)
}

function names(pattern: string, tool: string): boolean {
  return pattern.endsWith('*') ? tool.startsWith(pattern.slice(0, -1)) : pattern === tool
}

/**
 * Everything a host, an account, an address or a volume is called by, and nothing that means something to a shell, a
 * path or a policy: no space, quote, wildcard, variable or backslash.
 */
const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9._:@-]{0,254}$/
const PLACE = /\{([a-z][a-z0-9_]*)\}/g

/**
 * The text with the one target of each named kind in its place: `{device}`. Throws `broker_refused` when the call
 * has none or several of the kind, or one whose name is not plain.
 */
export function filledIn(text: string, { targets }: LeaseScope): string {
  return text.replaceAll(PLACE, (_whole, kind: string) => {
    const [target, ...others] = targets.filter((each) => each.kind === kind)
    if (target === undefined || others.length > 0) {
      throw new Failure('broker_refused', `the terms take exactly one target of kind ${kind}`)
    }
    // ".." climbs out of a path whatever stands around it.
    if (!PLAIN.test(target.id) || target.id.includes('..')) {
      throw new Failure(
        'broker_refused',
        `the ${kind} has a name that cannot be put into the terms`,
      )
    }
    return target.id
  })
}

/** Throws `broker_refused` for a life the backend cannot give. */
export function checkTtl(
  { ttlMs }: Pick<IssueRequest, 'ttlMs'>,
  { minTtlMs, maxTtlMs }: BrokerCapabilities,
): void {
  if (Number.isSafeInteger(ttlMs) && ttlMs >= minTtlMs && ttlMs <= maxTtlMs) return
  throw new Failure('broker_refused', `it lends for ${minTtlMs} to ${maxTtlMs} ms, not ${ttlMs} ms`)
}
