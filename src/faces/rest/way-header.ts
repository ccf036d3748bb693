/**
 * How a person wants a change made where a second person is needed: `Countersign-Propose` or
 * `Countersign-Emergency`, with the reason, percent-encoded because headers know no UTF-8.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Doer } from '../../command/base.ts'
import { Failure } from '../../kernel/failure.ts'

type Way = NonNullable<(Doer & { readonly kind: 'person' })['way']>

/** Throws `request_invalid` when both are given or one cannot be read. */
export function wayOf(headers: IncomingHttpHeaders): Way | undefined {
  const { 'countersign-propose': propose, 'countersign-emergency': emergency } = headers
  if (propose !== undefined && emergency !== undefined)
    throw new Failure('request_invalid', 'a change is proposed or made in an emergency, not both')
  if (propose !== undefined) return { kind: 'propose', reason: decoded(propose) }
  if (emergency !== undefined) return { kind: 'emergency', reason: decoded(emergency) }
  return undefined
}

function decoded(header: string | string[]): string {
  try {
    return decodeURIComponent([header].flat().join(' '))
  } catch (cause) {
    throw new Failure('request_invalid', 'the reason is not percent-encoded UTF-8', { cause })
  }
}
